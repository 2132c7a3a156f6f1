import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { nodeMajors } from '../../../scripts/node-versions.ts'
import { runChild } from './child.ts'

/** Longer than a process of ours takes to end after its request left, shorter than it waits. */
const answerMs = 150

let receiver: OtlpReceiver
let spool: string
beforeEach(async () => {
  receiver = await startOtlpReceiver()
  spool = mkdtempSync(join(tmpdir(), 'clew-on-wire-'))
})
afterEach(async () => {
  await receiver.close()
  rmSync(spool, { recursive: true })
})

const environment = (port: number): Record<string, string> => ({
  ENDPOINT: `http://127.0.0.1:${port}/v1/logs`,
  SPOOL: spool,
})

/** How many records arrived, and how many different ones. */
function countArrived(): { records: number; different: number } {
  return { records: receiver.logs.length, different: new Set(receiver.logs.map(({ body }) => body)).size }
}

const ways = [
  { name: 'process.exit', way: 'exitOnWire', code: 0, signal: null },
  { name: 'process.exit before the request has a connection', way: 'exitBeforeWire', code: 0, signal: null },
  { name: 'an uncaught exception', way: 'throwsOnWire', code: 1, signal: null },
  { name: 'SIGTERM', way: 'signalOnWire', code: null, signal: 'SIGTERM' },
  { name: 'process.exit in a worker thread', way: 'workerExitsOnWire', code: 0, signal: null },
] as const
const cases = nodeMajors.flatMap((node) => ways.map((way) => ({ ...way, node })))

test.for(cases)(
  'each record that is on the wire arrives once: $name on Node $node',
  async ({ way, code, signal, node }) => {
    receiver.behave({ delayMs: answerMs })
    const args = ['ending.mjs', way]
    const end = await runChild({ node, args, env: environment(receiver.port), signals: ['SIGTERM'] })
    expect({ code: end.code, signal: end.signal, ...countArrived() }).toEqual({
      ...{ code, signal },
      ...{ records: 100, different: 100 },
    })
  },
)

test('a process that outlives the signal goes on without sending anything twice', async () => {
  receiver.behave({ delayMs: answerMs })
  const end = await runChild({
    args: ['ending.mjs', 'outlivesSignalOnWire'],
    env: environment(receiver.port),
    signals: ['SIGTERM'],
  })
  expect({ ...end, ...countArrived() }).toEqual({
    ...{ code: 0, signal: null, stdout: 'ready\n', stderr: '' },
    ...{ records: 200, different: 200 },
  })
})

test('what a receiver asks to send later goes to the spool at once, and arrives once', async () => {
  let requests = 0
  const unavailable = http.createServer((request, response) => {
    requests++
    request.resume()
    setTimeout(() => response.writeHead(503).end(), answerMs)
  })
  await once(unavailable.listen(0, '127.0.0.1'), 'listening')
  const { port } = unavailable.address() as AddressInfo
  const env = environment(port)
  await runChild({ args: ['ending.mjs', 'exitOnWire'], env })
  unavailable.closeAllConnections()
  await once(unavailable.close(), 'close')

  await receiver.close()
  receiver = await startOtlpReceiver({ port })
  await runChild({ args: ['ending.mjs', 'waitsForSpool'], env })
  expect({ requests, ...countArrived() }).toEqual({ requests: 1, records: 100, different: 100 })
})

test('a receiver that never answers what is on the wire makes the end no longer', async () => {
  const timed = async (env: Record<string, string>): Promise<number> => {
    const start = performance.now()
    await runChild({ args: ['ending.mjs', 'exitOnWire'], env })
    return performance.now() - start
  }
  const env = environment(receiver.port)
  const answeringMs = await timed({ ...env, SPOOL: '' })
  receiver.behave('hang')
  // Half of the budget for the answer and a whole one for sending again would take 2.7 s, each time; a machine may be slow once.
  let runs = 0
  let addedMs = Number.POSITIVE_INFINITY
  for (; addedMs >= 2400 && runs < 5; runs++) addedMs = (await timed(env)) - answeringMs
  expect(addedMs).toBeLessThan(2400)

  receiver.behave('accept')
  await runChild({ args: ['ending.mjs', 'waitsForSpool'], env })
  const records = 100 * (runs + 1)
  expect(countArrived()).toEqual({ records, different: records })
})
