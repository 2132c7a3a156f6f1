import { randomBytes } from 'node:crypto'
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@clew/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Service, startRedis } from '../../../scripts/services.ts'
import { killApps, preload, startApp } from './app-process.ts'

let redis: Service
let receiver: OtlpReceiver
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(async () => {
  killApps()
  await redis.stop()
})
beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(() => receiver.close())

/** Runs the application to its end and gives its exit code or signal, and the spans that arrived. */
async function run(way: string, start: string) {
  const app = await startApp({
    args: [...preload, 'unfinished/app.cjs', way, start],
    env: {
      CLEW_QUIET: '1',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      REDIS_URL: redis.url,
      QUEUE: queue,
    },
  })
  if (way === 'signal') {
    await app.waitForLine((line) => line === 'ready')
    app.kill('SIGTERM')
  }
  const { code, signal } = await app.ended
  return { end: signal ?? code, spans: receiver.spans.map(describeSpan).toSorted() }
}

/** `parent > name`, and what says how it ended. */
function describeSpan(span: ReceivedSpan): string {
  const parent = receiver.spans.find(({ spanId }) => spanId === span.parentSpanId)?.name
  const from = parent ?? (span.parentSpanId ? 'remote' : 'root')
  const exceptions = span.events.map(({ attributes }) => String(attributes['exception.message']))
  return [
    `${from} > ${span.name}`,
    ...(span.attributes['clew.unfinished'] === true ? ['unfinished'] : []),
    ...(span.status.code === 2 ? [`ERROR ${span.status.message}`] : []),
    ...exceptions.map((message) => `exception ${message}`),
  ].join(', ')
}

const thrown = 'ERROR the process ended by an uncaught error: broken for good, exception broken for good'

/** The spans within `parent`; what is open ends so. */
const within = (parent: string, ...end: string[]): string[] => [
  [`${parent} > order`, ...end].join(', '),
  'order > check',
  'order > wrapped',
  ['order > charge', ...end].join(', '),
]

const queue = randomBytes(4).toString('hex')

const request = (...end: string[]): string[] => [
  ['remote > GET /orders/:id', ...end].join(', '),
  ...within('GET /orders/:id', ...end),
]

test.each<[string, string, string, string | number, string[]]>([
  ['process.exit(0) in a request', 'exit', 'request', 0, request('unfinished')],
  [
    'process.exit(3) in a request',
    'exitCode',
    'request',
    3,
    request('unfinished', 'ERROR the process ended with exit code 3'),
  ],
  ['a request that throws', 'throws', 'request', 1, request('unfinished', thrown)],
  ['a request that rejects', 'rejects', 'request', 1, request('unfinished', thrown)],
  ['a handler of errors that exits later', 'handlerExits', 'request', 9, request('unfinished', thrown)],
  ['SIGTERM in a request', 'signal', 'request', 'SIGTERM', request('unfinished')],
  [
    'a job that throws',
    'throws',
    'job',
    1,
    [
      `root > send ${queue}`,
      `send ${queue} > process ${queue}, unfinished, ${thrown}`,
      ...within(`process ${queue}`, 'unfinished', thrown),
    ],
  ],
  ['a worker thread that throws', 'threadThrows', 'thread', 1, within('root', 'unfinished', thrown)],
  ['process.exit in a worker thread', 'threadExits', 'thread', 0, within('root', 'unfinished')],
  ['the end of the loop', 'none', 'script', 0, ['forgotten > inner', 'root > forgotten, unfinished']],
  [
    'an exit listener that ends a span',
    'exitListenerEnds',
    'request',
    0,
    request('unfinished').map((line) => line.replace('> order, unfinished', '> order')),
  ],
])('%s: what is open is sent once, as it is', async (_name, way, start, end, spans) => {
  expect(await run(way, start)).toEqual({ end, spans: spans.toSorted() })
})
