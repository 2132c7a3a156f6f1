import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LogPage } from '../api/index.ts'
import { json, logsRequest, type RunningDesk, send, startDesk } from './running-desk.ts'

let desk: RunningDesk

beforeAll(async () => {
  desk = await startDesk()
  for (let request = 0; request < 10; request++) {
    const lines = Array.from({ length: 5_000 }, (_, line) => `order ${request}.${line} accepted`)
    const attributes = [{ key: 'order.id', value: { intValue: String(request) } }]
    await send(desk.url, '/v1/logs', { headers: json, body: logsRequest(lines, { attributes }) })
  }
})
afterAll(() => desk?.close())

/** A hundred comparisons for each line, and none of them holds. */
const comparisons = Array.from({ length: 100 }, (_, at) => `order.id>${9000 + at}`)
const slowPath = `/api/logs?${new URLSearchParams({ q: comparisons.join(' OR ') })}`

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  await work()
  return performance.now() - startMs
}

// A machine may be slow once.
const title = 'a query whose HTTP request is aborted ends in the desk, and the next one does not wait for it'
test(title, { retry: 4 }, async () => {
  const readBeside = () => fetch(`${desk.url}/api/services`).then((response) => response.text())
  await readBeside()
  const wholeMs = await msOf(() => fetch(desk.url + slowPath).then((response) => response.text()))
  const abort = new AbortController()
  const overtaken = fetch(desk.url + slowPath, { signal: abort.signal }).then(
    () => 'answered',
    (error: Error) => error.name,
  )
  // A later request that the other reader has answered says that this one is under way.
  await readBeside()
  abort.abort()
  const nextMs = await msOf(async () => {
    const response = await fetch(`${desk.url}/api/logs?limit=1`)
    expect(((await response.json()) as LogPage).logs).toHaveLength(1)
  })
  expect(await overtaken).toBe('AbortError')
  console.log(
    `the whole query takes ${wholeMs.toFixed(0)} ms, the one behind an aborted one ${nextMs.toFixed(0)} ms`,
  )
  expect(nextMs).toBeLessThan(wholeMs / 2)
  expect(desk.errors).toEqual([])
})
