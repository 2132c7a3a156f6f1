import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OtlpReceiver, type OtlpReceiverOptions, startOtlpReceiver } from '@clew/testing'
import { afterEach, expect, test } from 'vitest'
import { forwardingStore } from '../server/forward/forwarding-store.ts'
import { type Forward, startForward } from '../server/forward/start-forward.ts'
import { type StoreErrorCode, storeError } from '../server/schema/store-error.ts'
import type { Store } from '../server/threads/store.ts'
import { logsRequest } from './running-desk.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function receive(options: OtlpReceiverOptions = {}): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver(options)
  closers.push(() => receiver.close())
  return receiver
}

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'clew-forward-'))
  closers.push(() => rm(directory, { recursive: true, force: true }))
  return directory
}

function start(endpoint: string, directory?: string): { forward: Forward; reports: string[] } {
  const reports: string[] = []
  const report = (code: string, message: string): void => void reports.push(`${code} ${message}`)
  const headers = 'Authorization=Bearer%20abc,x-team=shop'
  const tell = (message: string): void => void reports.push(message)
  const forward = startForward({ endpoint, headers, directory, report, tell })
  closers.push(() => forward.close())
  return { forward, reports }
}

const pass = (forward: Forward, lines: string[]) =>
  forward.pass('logs', 'json', Buffer.from(logsRequest(lines)))
const passSpan = (forward: Forward) =>
  forward.pass(
    'traces',
    'json',
    Buffer.from(
      JSON.stringify({
        resourceSpans: [
          { scopeSpans: [{ spans: [{ traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), name: 'GET /' }] }] },
        ],
      }),
    ),
  )

const targets: { name: string; options: OtlpReceiverOptions; endpointOf: (port: number) => string }[] = [
  { name: 'HTTP', options: {}, endpointOf: (port) => `http://127.0.0.1:${port}` },
  { name: 'gRPC', options: { protocol: 'grpc' }, endpointOf: (port) => `grpc://127.0.0.1:${port}` },
]

test.for(targets)(
  'logs and spans reach a $name receiver with the headers',
  async ({ options, endpointOf }) => {
    const receiver = await receive(options)
    const endpoint = endpointOf(receiver.port)
    const { forward } = start(endpoint)
    const passed = [pass(forward, ['one', 'two']), passSpan(forward)]
    await Promise.all([receiver.waitForLogs(2), receiver.waitForSpans(1)])
    await expect.poll(() => forward.status().waiting).toBe(0)
    const headers = receiver.requests.map(({ headers }) => [headers.authorization, headers['x-team']])
    expect({
      passed,
      bodies: receiver.logs.map(({ body }) => body),
      spans: receiver.spans.map(({ name }) => name),
      headers,
      status: forward.status(),
    }).toEqual({
      passed: ['taken', 'taken'],
      bodies: ['one', 'two'],
      spans: ['GET /'],
      headers: [
        ['Bearer abc', 'shop'],
        ['Bearer abc', 'shop'],
      ],
      status: { url: endpoint, accepted: 3, delivered: 3, waiting: 0, dropped: 0, repeated: 0 },
    })
  },
)

test('the base path of the receiver is kept', async () => {
  const receiver = await receive()
  const { forward, reports } = start(`${receiver.url}/base`)
  pass(forward, ['one'])
  await expect.poll(() => reports.length).toBe(1)
  expect({ reports, status: forward.status() }).toEqual({
    reports: [
      expect.stringMatching(
        /^CLEW_EXPORT_REFUSED .*\/base\/v1\/logs refused 1 logs records with HTTP 404 .*Check the path of --forward/,
      ),
    ],
    status: { url: `${receiver.url}/base`, accepted: 1, delivered: 0, waiting: 0, dropped: 1, repeated: 0 },
  })
})

test('what waited when the desk was closed is sent by the next one', async () => {
  const receiver = await receive()
  receiver.behave('hang')
  const directory = await newDirectory()
  const first = start(receiver.url, directory).forward
  pass(first, ['one', 'two'])
  passSpan(first)
  const closedAfter = performance.now()
  await first.close()
  const tookMs = performance.now() - closedAfter
  const { forward } = start(receiver.url, directory)
  const found = forward.status()
  receiver.behave('accept')
  await Promise.all([receiver.waitForLogs(2), receiver.waitForSpans(1)])
  await expect.poll(() => forward.status().waiting).toBe(0)
  expect({ isQuick: tookMs < 9000, found, status: forward.status() }).toEqual({
    isQuick: true,
    found: { url: receiver.url, accepted: 0, delivered: 0, waiting: 3, dropped: 0, repeated: 0 },
    status: { url: receiver.url, accepted: 0, delivered: 3, waiting: 0, dropped: 0, repeated: 0 },
  })
})

test('a bad address or header is an error before anything starts', () => {
  const startWith = (endpoint: string, headers: string) => () =>
    startForward({ endpoint, headers, directory: undefined, report: () => {}, tell: () => {} })
  expect(startWith('collector:4318', '')).toThrow('write http://collector:4318')
  expect(startWith('http://collector:4318', 'x')).toThrow('CLEW_DESK_FORWARD_HEADERS')
})

test('what is passed on but not stored is passed on once, however often it is sent again, and is said once', async () => {
  const receiver = await receive()
  const { forward, reports } = start(receiver.url)
  const answers = new Map<string, (StoreErrorCode | 'ok')[]>([
    ['one', ['busy', 'full', 'internal', 'busy', 'ok', 'ok']],
    ['two', ['too-large']],
    ['three', ['decode']],
    ['four', ['ok']],
  ])
  const store = forwardingStore(
    {
      async write(_signal: string, _encoding: string, bytes: Uint8Array) {
        const [, line] = /"stringValue":"(one|two|three|four)"/.exec(Buffer.from(bytes).toString())!
        // As the writer's thread takes them.
        bytes.fill(0)
        const answer = answers.get(line!)!.shift()!
        if (answer !== 'ok') throw storeError(answer, `it is ${answer}`)
        return { records: 1, rejected: 0, message: '' }
      },
    } as unknown as Store,
    forward,
  )
  const write = (line: string) => store.write('logs', 'json', Buffer.from(logsRequest([line])))
  const results: string[] = []
  for (const line of ['one', 'one', 'two', 'one', 'three', 'one', 'one', 'four', 'one']) {
    const [{ status }] = await Promise.allSettled([write(line)])
    results.push(`${line} ${status}`)
  }
  await receiver.waitForLogs(5)
  await expect.poll(() => forward.status().waiting).toBe(0)
  expect({
    results,
    arrived: receiver.logs.map(({ body }) => body).toSorted(),
    repeated: forward.status().repeated,
    reports,
  }).toEqual({
    results: [
      'one rejected',
      'one rejected',
      'two rejected',
      'one rejected',
      'three rejected',
      'one rejected',
      'one fulfilled',
      'four fulfilled',
      // The same once more, by somebody else.
      'one fulfilled',
    ],
    arrived: ['four', 'one', 'one', 'three', 'two'],
    repeated: 5,
    reports: [
      '1 requests were passed on but not stored (it is busy); sent again as they were, they are stored and not passed on twice',
    ],
  })
})
