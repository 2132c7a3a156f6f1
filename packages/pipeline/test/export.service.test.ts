import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Endpoint, type Pipeline, type PipelineOptions, startPipeline } from '@clew/pipeline'
import { type OtlpReceiver, type OtlpReceiverOptions, startOtlpReceiver } from '@clew/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { fixtures } from './child.ts'

const scope = { name: 'test', version: '1' }
const readPem = (name: string): string => readFileSync(join(fixtures, 'tls', name), 'utf8')
const serverTls = { cert: readPem('server.pem'), key: readPem('server-key.pem'), ca: readPem('ca.pem') }

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function receive(options: OtlpReceiverOptions = {}): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver(options)
  closers.push(() => receiver.close())
  return receiver
}

type Started = { pipeline: Pipeline; reports: string[] }

function start(
  url: string,
  endpoint: Partial<Endpoint> = {},
  options: Partial<PipelineOptions> = {},
): Started {
  const reports: string[] = []
  const logs: Endpoint = {
    protocol: 'http/protobuf',
    url,
    headers: {},
    compression: 'gzip',
    timeoutMs: 5000,
    ...endpoint,
  }
  const report = (code: string, message: string): void => {
    reports.push(`${code} ${message}`)
  }
  const pipeline = startPipeline({
    logs,
    resource: { 'service.name': 'shop' },
    exit: 'off',
    report,
    printAddress: (address) => address,
    ...options,
  })
  closers.push(() => pipeline.stop(0))
  return { pipeline, reports }
}

function log(pipeline: Pipeline, count: number, body = 'order accepted'): void {
  for (let index = 0; index < count; index++) {
    pipeline.log(scope, {
      timeUnixMs: 1,
      severityNumber: 9,
      severityText: 'INFO',
      body,
      attributes: { index },
    })
  }
}

const all = (accepted: number): unknown => ({ ...zero, accepted, delivered: accepted })
const zero = { accepted: 0, delivered: 0, rejected: 0, dropped: 0, spooled: 0, replayed: 0 }

const ways: {
  name: string
  receiver: OtlpReceiverOptions
  endpoint: Partial<Endpoint>
  path: string
  sent: object
}[] = [
  {
    name: 'http/protobuf with gzip',
    receiver: {},
    endpoint: {},
    path: '/v1/logs',
    sent: { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' },
  },
  {
    name: 'http/protobuf with zstd',
    receiver: {},
    endpoint: { compression: 'zstd' },
    path: '/v1/logs',
    sent: { 'content-encoding': 'zstd' },
  },
  {
    name: 'http/json without compression',
    receiver: {},
    endpoint: { protocol: 'http/json', compression: 'none' },
    path: '/v1/logs',
    sent: { 'content-type': 'application/json' },
  },
  {
    name: 'http/json with gzip',
    receiver: {},
    endpoint: { protocol: 'http/json' },
    path: '/v1/logs',
    sent: { 'content-encoding': 'gzip' },
  },
  {
    name: 'https',
    receiver: { tls: serverTls },
    endpoint: { tls: { ca: serverTls.ca } },
    path: '/v1/logs',
    sent: {},
  },
  {
    name: 'https with a client certificate',
    receiver: { tls: { ...serverTls, requestCert: true } },
    endpoint: { tls: { ca: serverTls.ca, cert: readPem('client.pem'), key: readPem('client-key.pem') } },
    path: '/v1/logs',
    sent: {},
  },
  {
    name: 'grpc with gzip',
    receiver: { protocol: 'grpc' },
    endpoint: { protocol: 'grpc' },
    path: '',
    sent: { 'grpc-encoding': 'gzip' },
  },
  {
    name: 'grpc without compression',
    receiver: { protocol: 'grpc' },
    endpoint: { protocol: 'grpc', compression: 'none' },
    path: '',
    sent: { te: 'trailers' },
  },
  {
    name: 'grpc over TLS with a client certificate',
    receiver: { protocol: 'grpc', tls: { ...serverTls, requestCert: true } },
    endpoint: {
      protocol: 'grpc',
      tls: { ca: serverTls.ca, cert: readPem('client.pem'), key: readPem('client-key.pem') },
    },
    path: '',
    sent: {},
  },
]

test.for(ways)(
  '$name: records, resource, scope and headers arrive',
  async ({ receiver: options, endpoint, path, sent }) => {
    const receiver = await receive(options)
    const headers = { 'x-tenant': 'a' }
    const { pipeline, reports } = start(`${receiver.url}${path}`, { ...endpoint, headers })
    log(pipeline, 100)
    await pipeline.flush()
    const first = receiver.logs[0]
    expect({ logs: receiver.logs.length, counters: pipeline.counters().logs, reports }).toEqual({
      logs: 100,
      counters: all(100),
      reports: [],
    })
    expect({ body: first?.body, resource: first?.resource, scope: first?.scope }).toEqual({
      body: 'order accepted',
      resource: { 'service.name': 'shop' },
      scope: 'test',
    })
    expect(receiver.requests[0]?.headers).toMatchObject({ ...headers, ...sent })
  },
)

test.for(['http', 'grpc'] as const)('spans go to their own endpoint over %s', async (protocol) => {
  const receiver = await receive({ protocol })
  const url = protocol === 'http' ? `${receiver.url}/v1/traces` : receiver.url
  const traces: Endpoint = {
    protocol: protocol === 'http' ? 'http/protobuf' : 'grpc',
    url,
    headers: {},
    compression: 'gzip',
    timeoutMs: 5000,
  }
  const pipeline = startPipeline({ traces, resource: {}, exit: 'off', report: () => {} })
  closers.push(() => pipeline.stop(0))
  const ids = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
  pipeline.span(scope, {
    ...ids,
    traceFlags: 1,
    name: 'GET /',
    kind: 1,
    startUnixMs: 1,
    endUnixMs: 2,
    statusCode: 0,
  })
  log(pipeline, 1)
  await pipeline.flush()
  expect(receiver.spans.map(({ name, traceId }) => [name, traceId])).toEqual([['GET /', ids.traceId]])
  expect(pipeline.counters()).toEqual({ logs: zero, traces: all(1) })
})

test('records of several scopes travel in one request', async () => {
  const receiver = await receive()
  const { pipeline } = start(`${receiver.url}/v1/logs`)
  for (const name of ['one', 'two', 'one', 'three']) {
    pipeline.log(name === 'one' ? scope : { name, version: '' }, {
      timeUnixMs: 1,
      severityNumber: 9,
      severityText: '',
      body: name,
    })
  }
  await pipeline.flush()
  expect(receiver.requests.length).toBe(1)
  expect(receiver.logs.map(({ scope: name, body }) => [name, body])).toEqual([
    ['test', 'one'],
    ['test', 'one'],
    ['two', 'two'],
    ['three', 'three'],
  ])
})

test('a record is sent after the delay without a flush', async () => {
  const receiver = await receive()
  const { pipeline } = start(`${receiver.url}/v1/logs`, {}, { scheduleDelayMs: 20 })
  log(pipeline, 1)
  await receiver.waitForLogs(1)
  log(pipeline, 1)
  await receiver.waitForLogs(2)
})

test('a full chunk is sent before the delay is over', async () => {
  const receiver = await receive()
  const { pipeline } = start(`${receiver.url}/v1/logs`, {}, { scheduleDelayMs: 1e9 })
  log(pipeline, 4096)
  expect((await receiver.waitForLogs(4096)).length).toBe(4096)
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

test('a partial success that says something of each of thousands of records is counted', async () => {
  const receiver = await receive()
  receiver.behave({ rejected: 3, message: 'too old, '.repeat(20_000) })
  const { pipeline } = start(`${receiver.url}/v1/logs`)
  log(pipeline, 10)
  await pipeline.flush()
  expect(pipeline.counters().logs).toEqual({ ...zero, accepted: 10, delivered: 7, rejected: 3 })
})

test('a partial success is counted and said, and not sent again', async () => {
  const receiver = await receive()
  receiver.behave({ rejected: 3, message: 'timestamps too old' })
  const { pipeline, reports } = start(`${receiver.url}/v1/logs`)
  log(pipeline, 10)
  await pipeline.flush()
  expect({ counters: pipeline.counters().logs, requests: receiver.requests.length, reports }).toEqual({
    counters: { ...zero, accepted: 10, delivered: 7, rejected: 3 },
    requests: 1,
    reports: [
      `CLEW_EXPORT_PARTIAL ${receiver.url}/v1/logs rejected 3 of 10 logs records: timestamps too old`,
    ],
  })
})

test('a refused request is not sent again: one line names status, address and remedy', async () => {
  const receiver = await receive()
  receiver.behave({ status: 401 })
  const { pipeline, reports } = start(`${receiver.url}/v1/logs`)
  for (const _ of [1, 2]) {
    log(pipeline, 10)
    await pipeline.flush()
  }
  expect({
    counters: pipeline.counters().logs,
    requests: receiver.requests.length,
    codes: reports.map(codeOf),
  }).toEqual({
    counters: { ...zero, accepted: 20, rejected: 20 },
    requests: 2,
    codes: ['CLEW_EXPORT_REFUSED'],
  })
  expect(reports[0]).toMatch(`${receiver.url}/v1/logs refused 10 logs records with HTTP 401`)
  expect(reports[0]).toMatch('OTEL_EXPORTER_OTLP_HEADERS')
})

test('503 with Retry-After is waited for, with one request as a probe, and everything arrives', async () => {
  const receiver = await receive()
  receiver.behave({ status: 503, retryAfterSeconds: 1 })
  const { pipeline, reports } = start(`${receiver.url}/v1/logs`, { compression: 'none' })
  log(pipeline, 4096 * 6)
  const flushed = pipeline.flush()
  await vi.waitFor(() => expect(receiver.requests.length).toBe(4))
  receiver.behave('accept')
  const before = receiver.requests.length
  const waitedFrom = performance.now()
  await flushed
  expect(performance.now() - waitedFrom).toBeGreaterThan(800)
  expect({ before, counters: pipeline.counters().logs, codes: reports.map(codeOf) }).toEqual({
    before: 4,
    counters: all(4096 * 6),
    codes: ['CLEW_EXPORT_FAILED', 'CLEW_EXPORT_RECOVERED'],
  })
})

test('a connection that the receiver resets is tried again', async () => {
  const receiver = await receive()
  receiver.behave('reset')
  const { pipeline, reports } = start(`${receiver.url}/v1/logs`)
  log(pipeline, 10)
  await pipeline.flush(300)
  receiver.behave('accept')
  await pipeline.flush()
  expect({ counters: pipeline.counters().logs, codes: reports.map(codeOf) }).toEqual({
    counters: all(10),
    codes: ['CLEW_EXPORT_FAILED', 'CLEW_EXPORT_RECOVERED'],
  })
})

test('an answer that does not come in time is a failure that is tried again', async () => {
  const receiver = await receive()
  receiver.behave('hang')
  const { pipeline, reports } = start(`${receiver.url}/v1/logs`, { timeoutMs: 100 })
  log(pipeline, 10)
  await pipeline.flush(300)
  expect(reports[0]).toMatch('no answer in 100 ms')
  receiver.behave('accept')
  await pipeline.flush()
  expect(pipeline.counters().logs).toEqual(all(10))
})

test('when memory is full the newest records are dropped, counted and said once', async () => {
  const { pipeline, reports } = start('http://127.0.0.1:1/v1/logs', {}, { maxQueueBytes: 100_000 })
  log(pipeline, 5000)
  const { accepted, dropped } = pipeline.counters().logs
  expect(accepted).toBe(5000)
  expect(dropped).toBeGreaterThan(1000)
  expect(reports.map(codeOf)).toEqual(['CLEW_QUEUE_FULL'])
})

test('when memory is full records go to the spool, and to the receiver when it is back', async () => {
  const spoolDirectory = mkdtempSync(join(tmpdir(), 'clew-export-'))
  closers.push(() => rm(spoolDirectory, { recursive: true }))
  const receiver = await receive()
  receiver.behave({ status: 503 })
  const { pipeline } = start(`${receiver.url}/v1/logs`, {}, { maxQueueBytes: 100_000, spoolDirectory })
  log(pipeline, 5000)
  await vi.waitFor(() => expect(receiver.requests.length).toBeGreaterThan(0))
  const { spooled } = pipeline.counters().logs
  receiver.behave('accept')
  await pipeline.flush()
  await vi.waitFor(() => expect(pipeline.counters().logs.replayed).toBe(spooled), 10_000)
  const indexes = new Set(receiver.logs.map(({ attributes }) => attributes.index))
  expect(spooled).toBeGreaterThan(1000)
  expect({ unique: indexes.size, ...pipeline.counters().logs }).toEqual({
    ...zero,
    unique: 5000,
    accepted: 5000,
    delivered: 5000 - spooled,
    spooled,
    replayed: spooled,
  })
})

test('stop puts what could not be delivered into the spool, and the next pipeline sends it', async () => {
  const spoolDirectory = mkdtempSync(join(tmpdir(), 'clew-export-'))
  closers.push(() => rm(spoolDirectory, { recursive: true }))
  const receiver = await receive()
  receiver.behave('hang')
  const first = start(`${receiver.url}/v1/logs`, {}, { spoolDirectory }).pipeline
  log(first, 10)
  await first.stop(100)
  receiver.behave('accept')
  const second = start(`${receiver.url}/v1/logs`, {}, { spoolDirectory }).pipeline
  await receiver.waitForLogs(10)
  await second.stop(1000)
  expect([first.counters().logs, second.counters().logs]).toEqual([
    { ...zero, accepted: 10, spooled: 10 },
    { ...zero, replayed: 10 },
  ])
})

test.for([
  {
    disk: 'no spool',
    spool: () => ({}),
    remedy: 'Set CLEW_SPOOL_DIR to keep such records on disk',
  },
  {
    disk: 'a full spool',
    spool: (folder: string) => ({ spoolDirectory: folder, maxSpoolBytes: 10 }),
    remedy: 'Raise CLEW_MAX_SPOOL_BYTES',
  },
  {
    disk: 'a disk that takes nothing',
    spool: (folder: string) => ({ spoolDirectory: join(folder, 'a-file') }),
    remedy: 'Set CLEW_SPOOL_DIR to a folder that can be written to',
  },
])('records that are lost with $disk: one line says what kept them, and what helps', async (kind) => {
  const folder = mkdtempSync(join(tmpdir(), 'clew-lost-'))
  closers.push(() => rm(folder, { recursive: true }))
  writeFileSync(join(folder, 'a-file'), '')
  const url = 'http://127.0.0.1:1/v1/logs'
  const { pipeline, reports } = start(url, {}, { scheduleDelayMs: 0, ...kind.spool(folder) })
  log(pipeline, 3)
  await vi.waitFor(() => expect(reports[0]).toContain('CLEW_EXPORT_FAILED'), { timeout: 10_000 })
  await pipeline.stop(0)
  expect(reports.filter((line) => line.startsWith('CLEW_RECORDS_LOST'))).toEqual([
    `CLEW_RECORDS_LOST the process ends before 3 logs records could reach ${url}: connect ECONNREFUSED 127.0.0.1:1. ${kind.remedy}`,
  ])
  expect(pipeline.counters().logs).toEqual({ ...zero, accepted: 3, dropped: 3 })
})

test('nothing is written to disk while all goes well', async () => {
  const spoolDirectory = join(tmpdir(), `clew-none-${process.pid}`)
  const receiver = await receive()
  const { pipeline } = start(`${receiver.url}/v1/logs`, {}, { spoolDirectory })
  log(pipeline, 10)
  await pipeline.stop(1000)
  expect(existsSync(spoolDirectory)).toBe(false)
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
  await receiver.waitForLogs(1)
  storage.run('a request', () => log(pipeline, 4096))
  await receiver.waitForLogs(4097)
  await storage.run('a request', async () => {
    log(pipeline, 1)
    await pipeline.flush()
  })
  unsubscribe('http.client.request.start', note)
  expect(seen).toEqual(['hidden', 'hidden', 'hidden'])
})

async function listen(handle: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(handle).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(async () => {
    server.closeAllConnections()
    server.close()
  })
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/logs` }
}

test('a kept connection that the receiver closed meanwhile costs no failure', async () => {
  let requests = 0
  const { server, url } = await listen((request, response) => {
    requests++
    request.resume().on('end', () => response.writeHead(200).end())
  })
  const { pipeline, reports } = start(url)
  log(pipeline, 1)
  await pipeline.flush()
  // Closed in the same turn as the next request is sent: the client cannot know yet.
  server.closeIdleConnections()
  log(pipeline, 1)
  await pipeline.flush()
  expect({ requests, counters: pipeline.counters().logs, reports }).toEqual({
    requests: 2,
    counters: all(2),
    reports: [],
  })
})

test('a batch that the receiver never takes does not hold up the others', async () => {
  const arrived: string[] = []
  const { url } = await listen(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString('latin1')
    if (!body.includes('poison')) arrived.push(...(body.match(/fresh/g) ?? []))
    response.writeHead(body.includes('poison') ? 503 : 200).end()
  })
  const { pipeline } = start(url, { compression: 'none' })
  log(pipeline, 1, 'poison')
  await pipeline.flush(100)
  log(pipeline, 3, 'fresh')
  void pipeline.flush()
  await vi.waitFor(() => expect(arrived.length).toBe(3), 15_000)
  expect(pipeline.counters().logs).toEqual({ ...zero, accepted: 4, delivered: 3 })
})

test('what is logged after stop is counted as dropped', async () => {
  const receiver = await receive()
  const { pipeline, reports } = start(`${receiver.url}/v1/logs`)
  log(pipeline, 1)
  await pipeline.stop(1000)
  log(pipeline, 2)
  expect({ counters: pipeline.counters().logs, reports }).toEqual({
    counters: { ...zero, accepted: 3, delivered: 1, dropped: 2 },
    reports: [],
  })
})

test('a redirect is refused with the advice to set the final address', async () => {
  const { url } = await listen((_, response) => response.writeHead(308, { location: '/elsewhere' }).end())
  const { pipeline, reports } = start(url)
  log(pipeline, 1)
  await pipeline.flush()
  expect(reports[0]).toMatch(/308.*Redirects are not followed/)
})

function codeOf(report: string): string {
  return report.split(' ')[0] ?? ''
}
