import { afterEach, beforeEach, expect, test } from 'vitest'
import { type RunningDesk, send, startDesk } from './running-desk.ts'

let desk: RunningDesk
beforeEach(async () => {
  desk = await startDesk()
})
afterEach(() => desk.close())

const linesEach = 40

async function sendBatch(batch: number): Promise<number> {
  const logRecords = Array.from({ length: linesEach }, (_, line) => ({
    timeUnixNano: '1764000000000000000',
    body: { stringValue: `line ${line} of batch ${batch}` },
    attributes: [{ key: 'batch', value: { intValue: batch } }],
  }))
  const { status } = await send(desk.url, '/v1/logs', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }),
  })
  return status
}

type Answer = {
  logs: { body: string; attributes: { batch: number } }[]
  next: string
  more: boolean
  patterns: { count: number }[]
}

async function ask(path: string): Promise<Answer> {
  const { status, body } = await send(desk.url, path)
  expect(status).toBe(200)
  return JSON.parse(body) as Answer
}

test('what is being written while all is deleted is there whole or not at all, and what comes later is kept', async () => {
  const statuses: Promise<number>[] = []
  let cleared = 0
  for (let batch = 0; batch < 120; batch++) {
    statuses.push(sendBatch(batch))
    if (batch % 40 !== 20) continue
    const { status, body } = await send(desk.url, '/api/data', { method: 'DELETE' })
    expect([status, body]).toEqual([200, '{}'])
    cleared = batch
  }
  expect(new Set(await Promise.all(statuses))).toEqual(new Set([200]))
  const { logs } = await ask('/api/logs/whole?limit=2000')
  const { logs: more } = await ask(`/api/logs/tail?after=start&limit=2000`)
  expect(logs.length).toBe(more.length)
  const counts = new Map<number, number>()
  for (const { attributes } of logs) counts.set(attributes.batch, (counts.get(attributes.batch) ?? 0) + 1)
  expect(new Set(counts.values())).toEqual(new Set([linesEach]))
  for (let batch = cleared + 1; batch < 120; batch++) expect(counts.has(batch)).toBe(true)
  // Patterns are of lines, and went with them.
  const { patterns } = await ask('/api/patterns')
  expect(patterns.reduce((sum, one) => sum + one.count, 0)).toBe(logs.length)
  expect(desk.errors).toEqual([])
})

test('a live page is told when all is deleted', async () => {
  const stream = await fetch(`${desk.url}/api/live?logs=`)
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader()
  await send(desk.url, '/api/data', { method: 'DELETE' })
  let seen = ''
  while (!seen.includes('event: cleared')) seen += (await reader.read()).value ?? ''
  expect(seen).toContain('event: cleared\ndata: {}\n\n')
  await reader.cancel()
})

test('another page may not delete, nor may whoever only sends', async () => {
  const foreign = await send(desk.url, '/api/data', {
    method: 'DELETE',
    headers: { origin: 'http://evil.example' },
  })
  expect(foreign.status).toBe(403)
  const guarded = await startDesk({ token: 'to-read', ingestToken: 'to-send' })
  const by = async (token: string): Promise<number> =>
    (
      await send(guarded.url, '/api/data', {
        method: 'DELETE',
        headers: { authorization: `Bearer ${token}` },
      })
    ).status
  expect([await by('to-send'), await by('to-read')]).toEqual([401, 200])
  await guarded.close()
})

test('a tail goes on behind its place, page by page, and knows when that is of another store', async () => {
  const place = (await ask('/api/logs/tail')).next
  expect(await ask(`/api/logs/tail?after=${place}`)).toMatchObject({ logs: [], more: false })
  for (let batch = 0; batch < 5; batch++) await sendBatch(batch)
  let after = place
  const seen: string[] = []
  for (let more = true; more; ) {
    const tail = await ask(
      `/api/logs/tail?after=${after}&limit=7&q=${encodeURIComponent('"of batch" -batch:0')}`,
    )
    expect(tail.logs.length).toBeLessThanOrEqual(7)
    seen.push(...tail.logs.map((line) => line.body))
    ;({ next: after, more } = tail)
  }
  const wanted = [1, 2, 3, 4].flatMap((batch) =>
    Array.from({ length: linesEach }, (_, line) => `line ${line} of batch ${batch}`),
  )
  expect(seen).toEqual(wanted)
  // As of a desk whose memory had another first line.
  const other = after.replace(/\d+$/, '1')
  expect((await ask(`/api/logs/tail?after=${other}&limit=2000`)).logs.length).toBe(5 * linesEach)
  const bad = await send(desk.url, '/api/logs/tail?after=x')
  expect([bad.status, JSON.parse(bad.body).error.message]).toEqual([
    400,
    'after=x is no place; give the "next" of the answer before, or start',
  ])
})
