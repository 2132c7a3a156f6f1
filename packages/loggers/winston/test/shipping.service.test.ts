import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Writable } from 'node:stream'
import {
  activeContext,
  contextWithSpan,
  runInContext,
  type Stop,
  startInstrumentation,
  stopAll,
} from '@clew/core'
import { httpInstrumentation } from '@clew/http'
import { type LogRecorder, recordLogs, recordSpans, type SpanRecorder } from '@clew/testing'
import { ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import winston from 'winston'
import { winstonInstrumentation } from '../src/index.ts'

const { createLogger, transports } = winston
const { Transport } = winston as unknown as {
  Transport: new (options?: winston.transport.TransportStreamOptions) => winston.transport
}

/** A store of log lines, with the headers and the lines that came. */
const received: { headers: IncomingHttpHeaders; line: string }[] = []
const store = createServer(async (request, response) => {
  let line = ''
  for await (const chunk of request) line += chunk
  received.push({ headers: request.headers, line })
  response.end('{}')
})
let spans: SpanRecorder
let records: LogRecorder
let stops: Stop[]

beforeEach(async () => {
  received.length = 0
  spans = recordSpans()
  records = recordLogs()
  stops = [
    startInstrumentation(httpInstrumentation, { ignorePaths: ['*'] }),
    startInstrumentation(winstonInstrumentation),
  ]
  store.listen(0, '127.0.0.1')
  await once(store, 'listening')
})

afterEach(() => {
  store.close()
  store.closeAllConnections()
  stopAll(stops)
  records.stop()
  spans.stop()
})

const portOf = () => (store.address() as AddressInfo).port

class FetchTransport extends Transport {
  override log(info: object, next: () => void): void {
    const sent = fetch(`http://127.0.0.1:${portOf()}/`, { method: 'POST', body: JSON.stringify(info) })
    void sent.then((response) => response.text()).then(() => next())
  }
}

const post = (text: string) => fetch(`http://127.0.0.1:${portOf()}/`, { method: 'POST', body: text })

/** What only looks like one of winston's own. */
class Console extends transports.Console {
  override log(info: object, next: () => void): void {
    void post(JSON.stringify(info)).then((response) => response.text())
    next()
  }
}

const postingStream = () =>
  new Writable({
    write: (chunk, _encoding, done) =>
      void post(String(chunk)).then((response) => response.text().then(() => done())),
  })

const shippers: [string, () => winston.transport][] = [
  ["winston's Http", () => new transports.Http({ host: '127.0.0.1', port: portOf() })],
  [
    "winston's Http in batches",
    () =>
      new transports.Http({
        host: '127.0.0.1',
        port: portOf(),
        batch: true,
        batchInterval: 1,
        batchCount: 2,
      }),
  ],
  ['one that waits for fetch', () => new FetchTransport()],
  ['one that is named as one that prints', () => new Console()],
  ["a stream of the application's own", () => new transports.Stream({ stream: postingStream() })],
]

test.each(shippers)('what %s sends is no part of the request, and its lines are', async (_, shipper) => {
  const logger = createLogger({ transports: [shipper()] })
  const span = trace.getTracer('app').startSpan('work', {}, ROOT_CONTEXT)
  const { traceId, spanId } = span.spanContext()
  await runInContext(contextWithSpan(ROOT_CONTEXT, span), async () => {
    // More than a transport's buffer of 16: the later ones are taken when it has room again.
    for (let i = 0; i < 40; i++) logger.info(`line ${i}`)
    await (await fetch(`http://127.0.0.1:${portOf()}/own`, { method: 'POST', body: '{}' })).text()
    while (stampsOf(traceId) < 40) await new Promise(setImmediate)
    expect(trace.getSpan(activeContext())).toBe(span)
  })
  span.end()
  const own = received.filter(({ headers }) => headers.traceparent !== undefined)
  expect(own.map(({ line }) => line)).toEqual(['{}'])
  const ended = await spans.waitFor((all) => all.length >= 2)
  expect(ended.map(({ name }) => name).sort()).toEqual(['POST', 'work'])
  const ids = records.logs.map((log) => `${log.traceId} ${log.spanId}`)
  expect([ids.length, [...new Set(ids)]]).toEqual([40, [`${traceId} ${spanId}`]])
})

/** How many of the lines that came bear this trace id. */
function stampsOf(traceId: string): number {
  const lines = received.map(({ line }) => line).join('\n')
  return lines.split(`"trace_id":"${traceId}"`).length - 1
}
