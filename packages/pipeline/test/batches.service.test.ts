import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, test } from 'vitest'
import { all, codeOf, log, scope, start, zero } from './export-rig.ts'
import { receive } from './receivers.ts'

test('a record is sent after the delay without a flush', async () => {
  const receiver = await receive()
  const { pipeline } = start(`${receiver.url}/v1/logs`, {}, { scheduleDelayMs: 20 })
  log(pipeline, 1)
  await receiver.waitForLogs(1, 30_000)
  log(pipeline, 1)
  await receiver.waitForLogs(2, 30_000)
})

test('a full chunk is sent before the delay is over', async () => {
  const receiver = await receive()
  const { pipeline } = start(`${receiver.url}/v1/logs`, {}, { scheduleDelayMs: 1e9 })
  log(pipeline, 4096)
  expect((await receiver.waitForLogs(4096, 30_000)).length).toBe(4096)
})

test.for([
  { name: 'HTTP', protocol: 'http' as const },
  { name: 'gRPC', protocol: 'grpc' as const },
])(
  'over $name a request that is too large is halved until it fits, and every record arrives once',
  async ({ protocol }) => {
    const receiver = await receive({ protocol })
    receiver.behave({ maxBytes: 20_000 })
    const url = protocol === 'http' ? `${receiver.url}/v1/logs` : receiver.url
    const { pipeline, reports } = start(url, { protocol: protocol === 'http' ? 'http/protobuf' : 'grpc' })
    log(pipeline, 2000)
    await pipeline.flush()
    const indexes = new Set(receiver.logs.map(({ attributes }) => attributes.index))
    expect({
      unique: indexes.size,
      all: receiver.logs.length,
      counters: pipeline.counters().logs,
      reports,
    }).toEqual({
      unique: 2000,
      all: 2000,
      counters: all(2000),
      reports: [],
    })
  },
)

test('a single record that is too large is counted as rejected, and costs no other', async () => {
  const receiver = await receive()
  receiver.behave({ maxBytes: 20_000 })
  const { pipeline, reports } = start(`${receiver.url}/v1/logs`)
  log(pipeline, 5)
  log(pipeline, 1, 'x'.repeat(30_000))
  log(pipeline, 5)
  await pipeline.flush()
  expect({
    counters: pipeline.counters().logs,
    arrived: receiver.logs.length,
    codes: reports.map(codeOf),
  }).toEqual({
    counters: { ...zero, accepted: 11, delivered: 10, rejected: 1 },
    arrived: 10,
    codes: ['CLEW_RECORD_TOO_LARGE'],
  })
})

test('a record whose getter logs is sent, and so is the other', async () => {
  const receiver = await receive()
  const { pipeline } = start(`${receiver.url}/v1/logs`)
  const attributes = {
    get nosy() {
      log(pipeline, 1, 'inner')
      return 1
    },
  }
  pipeline.log(scope, { timeUnixMs: 1, severityNumber: 9, severityText: '', body: 'outer', attributes })
  await pipeline.flush()
  expect(receiver.logs.map(({ body }) => body).sort()).toEqual(['inner', 'outer'])
  expect(pipeline.counters().logs).toEqual(all(2))
})

test('an address that is none is reported, and the signal stays off', () => {
  const { pipeline, reports } = start('localhost:4318')
  log(pipeline, 1)
  expect({ counters: pipeline.counters().logs, codes: reports.map(codeOf) }).toEqual({
    counters: zero,
    codes: ['CLEW_ENDPOINT_INVALID'],
  })
})

test('requests run hidden: no async context of the caller reaches them', async () => {
  const storage = new AsyncLocalStorage<string>()
  const seen: unknown[] = []
  const note = (): void => {
    seen.push(storage.getStore())
  }
  subscribe('http.client.request.start', note)
  const receiver = await receive()
  const runHidden = <T>(work: () => T): T => storage.run('hidden', work)
  const { pipeline } = start(`${receiver.url}/v1/logs`, {}, { runHidden, scheduleDelayMs: 10 })
  storage.run('a request', () => log(pipeline, 1))
  await receiver.waitForLogs(1, 30_000)
  storage.run('a request', () => log(pipeline, 4096))
  await receiver.waitForLogs(4097, 30_000)
  await storage.run('a request', async () => {
    log(pipeline, 1)
    await pipeline.flush()
  })
  unsubscribe('http.client.request.start', note)
  expect(seen).toEqual(['hidden', 'hidden', 'hidden'])
})

test('what is logged after stop is counted as dropped', async () => {
  const receiver = await receive()
  const { pipeline, reports } = start(`${receiver.url}/v1/logs`)
  log(pipeline, 1)
  await pipeline.stop(30_000)
  log(pipeline, 2)
  expect({ counters: pipeline.counters().logs, reports }).toEqual({
    counters: { ...zero, accepted: 3, delivered: 1, dropped: 2 },
    reports: [],
  })
})
