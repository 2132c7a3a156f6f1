import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  decodeLogsRequest,
  encodeLogsRequest,
  encodeTracesRequest,
  logsToJson,
  type OtlpRawHandler,
  startOtlpGrpcReceiver,
  startOtlpHttpReceiver,
  tracesToJson,
} from '@clew/otlp'
import { type Relay, type RelayOptions, startRelay } from '@clew/pipeline'
import { type OtlpReceiver, type OtlpReceiverOptions, startOtlpReceiver } from '@clew/testing'
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { nodeBinary } from '../../../scripts/node-versions.ts'
import { randomLogs, randomSpans } from '../../otlp/test/random-request.ts'
import { fixtures } from './child.ts'
import { logsOf, logsRequest, numbered } from './relayed-requests.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function receive(options: OtlpReceiverOptions = {}): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver(options)
  closers.push(() => receiver.close())
  return receiver
}

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'clew-relay-'))
  closers.push(() => rm(directory, { recursive: true, force: true }))
  return directory
}

const settingNames = {
  endpoint: '--forward',
  headers: 'HEADERS',
  protocol: 'its scheme',
  certificate: 'CA',
  spoolDirectory: '--data',
}

type Started = { relay: Relay; reports: string[] }

function start(url: string, options: Partial<RelayOptions> = {}): Started {
  const isGrpc = !url.includes('/v1/')
  const endpoint = {
    protocol: isGrpc ? ('grpc' as const) : ('http/protobuf' as const),
    url,
    headers: {},
    compression: 'gzip' as const,
    timeoutMs: 5000,
  }
  const reports: string[] = []
  const relay = startRelay({
    logs: endpoint,
    traces: { ...endpoint, url: url.replace('/v1/logs', '/v1/traces') },
    settingNames,
    report: (code, message) => reports.push(`${code} ${message}`),
    printAddress: (address) => address,
    ...options,
  })
  closers.push(() => relay.stop(0))
  return { relay, reports }
}

const bodiesAt = (receiver: OtlpReceiver): string[] => receiver.logs.map(({ body }) => String(body))
const sorted = (texts: readonly string[]): string[] => [...texts].sort()
const unique = (texts: readonly string[]): string[] => [...new Set(texts)].sort()
const none = { accepted: 0, delivered: 0, rejected: 0, dropped: 0, waiting: 0 }
const filesIn = (directory: string): string[] =>
  existsSync(directory)
    ? readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.spool'))
    : []

/** Fields that no version of OTLP has: 100 as a text, and 101 as a fixed32. */
const unknown = Buffer.from([0xa2, 0x06, 3, 110, 101, 119, 0xad, 0x06, 1, 2, 3, 4])

const kinds = [
  { transport: 'HTTP', listen: startOtlpHttpReceiver, path: '/v1/logs' },
  { transport: 'gRPC', listen: startOtlpGrpcReceiver, path: '' },
]

test.for(kinds)(
  'protobuf arrives byte for byte over $transport, unknown fields and all',
  async ({ listen, path }) => {
    const arrived: string[] = []
    const handlers: OtlpRawHandler = {
      request(signal, encoding, raw) {
        arrived.push(`${signal} ${encoding} ${raw.toString('hex')}`)
        return 'ok'
      },
    }
    const server = await listen({ handlers })
    closers.push(() => server.close())
    const { relay } = start(`${server.url}${path}`)
    const hasLogs = randomLogs.filter((model) =>
      model.some(({ scopeLogs }) => scopeLogs.some(({ logRecords }) => logRecords.length > 0)),
    )
    const hasSpans = randomSpans.filter((model) =>
      model.some(({ scopeSpans }) => scopeSpans.some(({ spans }) => spans.length > 0)),
    )
    const requests = [
      ...fc.sample(hasLogs, 100).map((model) => ['logs', encodeLogsRequest(model)] as const),
      ...fc.sample(hasSpans, 100).map((model) => ['traces', encodeTracesRequest(model)] as const),
      ['logs', Buffer.concat([logsRequest(numbered(2000)), unknown])] as const,
    ]
    const passed = requests.map(([signal, bytes]) => relay.pass(signal, 'protobuf', bytes))
    await relay.flush()
    expect({ passed: new Set(passed), arrived: arrived.sort() }).toEqual({
      passed: new Set(['taken']),
      arrived: requests.map(([signal, bytes]) => `${signal} protobuf ${bytes.toString('hex')}`).sort(),
    })
  },
)

test('JSON goes on as protobuf with the same records, resources, scopes and schema URLs', async () => {
  const arrived: unknown[] = []
  const server = await startOtlpHttpReceiver({
    handlers: {
      logs(request, _raw, { encoding }) {
        arrived.push({ encoding, request })
        return 'ok'
      },
      traces(request, _raw, { encoding }) {
        arrived.push({ encoding, request })
        return 'ok'
      },
    },
  })
  closers.push(() => server.close())
  const { relay } = start(`${server.url}/v1/logs`)
  const logs = logsOf(numbered(10))
  const [spans = []] = fc.sample(
    randomSpans.filter((model) => model[0]?.scopeSpans[0]?.spans[0] !== undefined),
    1,
  )
  const passed = [
    relay.pass('logs', 'json', Buffer.from(logsToJson(logs))),
    relay.pass('traces', 'json', Buffer.from(tracesToJson(spans))),
  ]
  await relay.flush()
  expect({ passed, arrived: arrived.length }).toEqual({ passed: ['taken', 'taken'], arrived: 2 })
  expect(arrived).toContainEqual({ encoding: 'protobuf', request: logs })
  expect(arrived).toContainEqual({ encoding: 'protobuf', request: spans })
})

test('the bytes stay the caller’s: what it does with them afterwards changes nothing', async () => {
  const receiver = await receive()
  const { relay } = start(`${receiver.url}/v1/logs`)
  const bytes = logsRequest(['as it was'])
  relay.pass('logs', 'protobuf', bytes)
  bytes.fill(0)
  await relay.flush()
  expect(bodiesAt(receiver)).toEqual(['as it was'])
})

test('requests leave in the order they came: one is overtaken by the three that travel with it at most', async () => {
  const receiver = await receive()
  receiver.behave({ delayMs: 2 })
  const { relay } = start(`${receiver.url}/v1/logs`)
  for (const text of numbered(300)) relay.pass('logs', 'protobuf', logsRequest([text]))
  await relay.flush()
  const places = bodiesAt(receiver).map((body, place) => Math.abs(Number(body.split(' ')[1]) - place))
  expect({ count: places.length, furthest: Math.max(...places) <= 3 }).toEqual({ count: 300, furthest: true })
})

test('what is no OTLP is told so and goes nowhere; a request without records is taken and not sent', async () => {
  const receiver = await receive()
  const { relay } = start(`${receiver.url}/v1/logs`)
  const passed = [
    relay.pass('logs', 'protobuf', Buffer.from('hello')),
    relay.pass('logs', 'protobuf', logsRequest(['cut']).subarray(0, -1)),
    relay.pass('logs', 'json', Buffer.from('{')),
    relay.pass('traces', 'json', Buffer.from('{"resourceSpans":1}')),
    relay.pass('logs', 'protobuf', new Uint8Array()),
    relay.pass('logs', 'json', Buffer.from('{}')),
  ]
  await relay.flush()
  expect({ passed, requests: receiver.requests.length, counters: relay.counters() }).toEqual({
    passed: ['invalid', 'invalid', 'invalid', 'invalid', 'taken', 'taken'],
    requests: 0,
    counters: { logs: none, traces: none },
  })
})

test.for(kinds)('a $transport receiver that is away for 5 s costs nothing', async ({ transport, path }) => {
  const options: OtlpReceiverOptions = transport === 'gRPC' ? { protocol: 'grpc' } : {}
  const first = await startOtlpReceiver(options)
  const { relay, reports } = start(`${first.url}${path}`, { spoolDirectory: newDirectory() })
  relay.pass('logs', 'protobuf', logsRequest(numbered(10)))
  await relay.flush()
  const before = bodiesAt(first)
  await first.close()
  for (let at = 10; at < 500; at += 10) {
    relay.pass('logs', 'protobuf', logsRequest(numbered(10, at)))
    await delay(100)
  }
  const back = await receive({ ...options, port: first.port })
  await back.waitForLogs(490, 20_000)
  await relay.flush()
  expect({
    bodies: unique([...before, ...bodiesAt(back)]),
    counters: relay.counters().logs,
    codes: reports.map((report) => report.split(' ')[0]),
  }).toEqual({
    bodies: sorted(numbered(500)),
    counters: { ...none, accepted: 500, delivered: 500 },
    codes: ['CLEW_EXPORT_FAILED', 'CLEW_EXPORT_RECOVERED'],
  })
  expect(reports[0]).toContain('--forward')
})

test('a request that is too large is halved between two records until it fits', async () => {
  const receiver = await receive()
  receiver.behave({ maxBytes: 4000 })
  const { relay } = start(`${receiver.url}/v1/logs`)
  const request = logsRequest(numbered(1000))
  relay.pass('logs', 'protobuf', request)
  await relay.flush()
  const sent = receiver.logs.map(({ body, resource, scope }) => [body, resource['service.name'], scope])
  const expected = decodeLogsRequest(request).flatMap(({ resource, scopeLogs }) =>
    scopeLogs.flatMap(({ scope, logRecords }) =>
      logRecords.map(({ body }) => [body, resource.attributes['service.name'], scope.name]),
    ),
  )
  expect({ sent: sent.sort(), counters: relay.counters().logs }).toEqual({
    sent: expected.sort(),
    counters: { ...none, accepted: 1000, delivered: 1000 },
  })
})

test('the memory of halved requests is given back: the next one of that size is taken', async () => {
  const receiver = await receive()
  receiver.behave({ maxBytes: 4000 })
  const request = logsRequest(numbered(1000))
  const { relay } = start(`${receiver.url}/v1/logs`, { maxQueueBytes: request.length })
  const passed: string[] = []
  for (let round = 0; round < 3; round++) {
    passed.push(relay.pass('logs', 'protobuf', request), relay.pass('logs', 'protobuf', request))
    await relay.flush()
  }
  expect(passed).toEqual(['taken', 'full', 'taken', 'full', 'taken', 'full'])
})

test('a single record that is too large is refused, said, and holds nothing up', async () => {
  const receiver = await receive()
  receiver.behave({ maxBytes: 4000 })
  const { relay, reports } = start(`${receiver.url}/v1/logs`)
  relay.pass('logs', 'protobuf', logsRequest(['small', 'x'.repeat(5000), 'small too']))
  await relay.flush()
  expect({
    bodies: sorted(bodiesAt(receiver)),
    counters: relay.counters().logs,
    codes: reports.map((report) => report.split(' ')[0]),
  }).toEqual({
    bodies: ['small', 'small too'],
    counters: { ...none, accepted: 3, delivered: 2, rejected: 1 },
    codes: ['CLEW_RECORD_TOO_LARGE'],
  })
})

test('Retry-After is honoured', async () => {
  const receiver = await receive()
  receiver.behave({ status: 503, retryAfterSeconds: 3 })
  const { relay } = start(`${receiver.url}/v1/logs`)
  relay.pass('logs', 'protobuf', logsRequest(['later']))
  await vi.waitFor(() => expect(receiver.requests.length).toBe(1))
  receiver.behave('accept')
  relay.pass('logs', 'protobuf', logsRequest(['later too']))
  await delay(2500)
  const early = receiver.requests.length
  await receiver.waitForLogs(2)
  expect({ early, bodies: sorted(bodiesAt(receiver)) }).toEqual({ early: 1, bodies: ['later', 'later too'] })
})

test('full memory goes to disk, a full disk is told, and all that was taken arrives later', async () => {
  const receiver = await receive()
  receiver.behave({ status: 503 })
  const directory = newDirectory()
  const limits = { maxQueueBytes: 20_000, maxSpoolBytes: 40_000 }
  const { relay, reports } = start(`${receiver.url}/v1/logs`, { spoolDirectory: directory, ...limits })
  const taken: string[] = numbered(10)
  let full = 0
  relay.pass('logs', 'protobuf', logsRequest(taken))
  await vi.waitFor(() => expect(reports.length).toBe(1))
  for (let at = 10; at < 3000; at += 10) {
    const texts = numbered(10, at)
    if (relay.pass('logs', 'protobuf', logsRequest(texts)) === 'taken') taken.push(...texts)
    else full++
  }
  const waiting = relay.counters().logs
  receiver.behave('accept')
  await receiver.waitForLogs(taken.length, 20_000)
  await vi.waitFor(() => expect(relay.counters().logs.waiting).toBe(0))
  expect({
    waiting,
    isPartlyTaken: taken.length > 0 && full > 0,
    bodies: sorted(bodiesAt(receiver)),
    counters: relay.counters().logs,
    files: filesIn(directory),
    codes: unique(reports.map((report) => report.split(' ')[0] ?? '')),
  }).toEqual({
    waiting: { ...none, accepted: taken.length, waiting: taken.length },
    isPartlyTaken: true,
    bodies: sorted(taken),
    counters: { ...none, accepted: taken.length, delivered: taken.length },
    files: [],
    codes: ['CLEW_EXPORT_FAILED', 'CLEW_EXPORT_RECOVERED', 'CLEW_QUEUE_FULL', 'CLEW_SPOOL_FULL'],
  })
})

test('what a relay could not send when it was stopped is counted and sent by the next one', async () => {
  const receiver = await receive()
  receiver.behave('hang')
  const directory = newDirectory()
  const first = start(`${receiver.url}/v1/logs`, { spoolDirectory: directory, maxQueueBytes: 5000 }).relay
  for (let at = 0; at < 200; at += 10) first.pass('logs', 'protobuf', logsRequest(numbered(10, at)))
  await first.stop(100)
  // Given up with its file: nothing but the disk knows of the records now.
  const next = start(`${receiver.url}/v1/logs`, { spoolDirectory: directory }).relay
  const waiting = next.counters().logs
  receiver.behave('accept')
  await receiver.waitForLogs(200, 20_000)
  await vi.waitFor(() => expect(next.counters().logs.waiting).toBe(0))
  expect({ waiting, bodies: unique(bodiesAt(receiver)), counters: next.counters().logs }).toEqual({
    waiting: { ...none, waiting: 200 },
    bodies: sorted(numbered(200)),
    counters: { ...none, delivered: 200 },
  })
  await next.stop()
  expect(filesIn(directory)).toEqual([])
})

const killed = [
  { receiver: 'hangs', mode: 'hang' as const },
  { receiver: 'refuses for now', mode: { status: 503 } },
  { receiver: 'answers', mode: 'accept' as const },
]

test.for(killed)(
  'when the process is killed while the receiver $receiver, all that was taken arrives from the next one',
  async ({ mode }) => {
    const receiver = await receive()
    receiver.behave(mode)
    const directory = newDirectory()
    const env = { PATH: process.env.PATH, ENDPOINT: `${receiver.url}/v1/logs`, SPOOL: directory }
    const child = spawn(await nodeBinary(24), [join(fixtures, 'relaying.mjs')], { env })
    let told = ''
    child.stdout.on('data', (piece) => {
      told += piece
      if (told.split('\n').length > 400) child.kill('SIGKILL')
    })
    const [code, signal] = await once(child, 'close')
    const taken = told.split('\n').filter((line) => line !== '').length
    receiver.behave('accept')
    const { relay } = start(`${receiver.url}/v1/logs`, { spoolDirectory: directory })
    await vi.waitFor(
      () => {
        const bodies = new Set(bodiesAt(receiver))
        expect(numbered(taken).filter((text) => !bodies.has(text))).toEqual([])
        expect(relay.counters().logs.waiting).toBe(0)
      },
      { timeout: 20_000 },
    )
    expect({ code, signal, files: filesIn(directory) }).toEqual({ code: null, signal: 'SIGKILL', files: [] })
  },
)

test('nothing lies on disk once all that was taken is acknowledged', async () => {
  const receiver = await receive()
  const directory = newDirectory()
  const { relay } = start(`${receiver.url}/v1/logs`, { spoolDirectory: directory })
  for (let at = 0; at < 100; at++) relay.pass('logs', 'protobuf', logsRequest(numbered(10, at)))
  const during = filesIn(directory).length > 0
  await relay.flush()
  expect({ during, after: filesIn(directory) }).toEqual({ during: true, after: [] })
})

test('a disk that cannot be written to is said with its remedy, and requests go on without it', async () => {
  const receiver = await receive()
  const file = join(newDirectory(), 'a-file')
  writeFileSync(file, '')
  const { relay, reports } = start(`${receiver.url}/v1/logs`, { spoolDirectory: file })
  relay.pass('logs', 'protobuf', logsRequest(['one']))
  relay.pass('logs', 'protobuf', logsRequest(['two']))
  await relay.flush()
  expect({
    bodies: sorted(bodiesAt(receiver)),
    codes: reports.map((report) => report.split(' ')[0]),
  }).toEqual({
    bodies: ['one', 'two'],
    codes: ['CLEW_SPOOL_UNUSABLE'],
  })
  expect(reports[0]).toContain('set --data to a folder that can be written to')
})
