import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Stop, startInstrumentation, stopAll } from '@clew/core'
import { httpInstrumentation } from '@clew/http'
import { type LogRecorder, recordLogs, recordSpans, type SpanRecorder } from '@clew/testing'
import 'reflect-metadata'
import { Controller, Get, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { fastify } from 'fastify'
import { Logger, LoggerModule, PinoLogger } from 'nestjs-pino'
import { pinoHttp } from 'pino-http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pinoInstrumentation } from '../src/index.ts'

let spans: SpanRecorder
let records: LogRecorder
let stops: Stop[]
let lines: string[]
const stream = { write: (line: string) => void lines.push(line) }

beforeEach(() => {
  lines = []
  spans = recordSpans()
  records = recordLogs()
  stops = [startInstrumentation(httpInstrumentation), startInstrumentation(pinoInstrumentation)]
})

afterEach(() => {
  stopAll(stops)
  records.stop()
  spans.stop()
})

const traceIds = Array.from({ length: 20 }, (_, index) => (index + 1).toString(16).padStart(32, 'a'))

/** Requests of traces of their own, all at once. */
async function ask(origin: string): Promise<void> {
  const answers = traceIds.map(async (traceId, index) => {
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, authorization: 'Bearer topsecret' }
    const answer = await fetch(`${origin}/orders/${index}`, { headers })
    expect([answer.status, await answer.text()]).toEqual([200, 'ok'])
  })
  await Promise.all(answers)
}

const originOf = (address: unknown): string => `http://127.0.0.1:${(address as AddressInfo).port}`

/** Of each request, its lines in the order of their records. */
function bodiesByTrace(): unknown[] {
  return traceIds.map((traceId) =>
    records.logs.filter((log) => log.traceId === traceId).map(({ body }) => body),
  )
}

/** Each line has the ids that its record has. */
function expectSameIds(): void {
  const printed = lines.map((line) => JSON.parse(line)).filter(({ trace_id }) => trace_id !== undefined)
  const sent = records.logs.filter(({ traceId }) => traceId !== undefined)
  expect(printed.map(({ trace_id, span_id, msg }) => [trace_id, span_id, msg])).toEqual(
    sent.map(({ traceId, spanId, body }) => [traceId, spanId, body]),
  )
}

test("fastify's own logger: the lines of each request have its ids, and its serializers hold for the records", async () => {
  const app = fastify({ logger: { level: 'info', stream } })
  app.get('/orders/:id', async (request) => {
    request.log.info({ order: request.params }, 'handling')
    return 'ok'
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  await ask(originOf(app.server.address()))
  await app.close()
  expect(bodiesByTrace()).toEqual(traceIds.map(() => ['incoming request', 'handling', 'request completed']))
  expectSameIds()
  const first = records.logs.filter(({ traceId }) => traceId === traceIds[0])
  expect(first.map(({ attributes }) => attributes)).toEqual([
    {
      ...{ request_id: expect.any(String), reqId: expect.any(String) },
      req: expect.objectContaining({ method: 'GET', url: '/orders/0', host: expect.any(String) }),
    },
    { ...{ request_id: expect.any(String), reqId: expect.any(String) }, order: { id: '0' } },
    {
      ...{ request_id: expect.any(String), reqId: expect.any(String) },
      ...{ res: expect.objectContaining({ statusCode: 200 }), responseTime: expect.any(Number) },
    },
  ])
  expect(JSON.stringify(records.logs)).not.toContain('topsecret')
})

test('pino-http: the line at the end of each request has its ids, and what it redacts is in no record', async () => {
  const middleware = pinoHttp({ redact: ['req.headers.authorization'] }, stream as never)
  const server = createServer((request, response) => {
    middleware(request, response)
    request.log.info('handling')
    setImmediate(() => response.end('ok'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  await ask(originOf(server.address()))
  server.close()
  expect(bodiesByTrace()).toEqual(traceIds.map(() => ['handling', 'request completed']))
  expectSameIds()
  const all = JSON.stringify([records.logs, lines])
  expect(all).toContain('[Redacted]')
  expect(all).not.toContain('topsecret')
})

test('nestjs-pino: injected loggers, the Logger of Nest and the lines of requests have their ids', async () => {
  class Orders {
    readonly #logger: PinoLogger
    constructor(logger: PinoLogger) {
      this.#logger = logger
    }
    async read(): Promise<string> {
      this.#logger.assign({ order: 7 })
      await new Promise(setImmediate)
      this.#logger.info({ a: 1 }, 'handling')
      return 'ok'
    }
  }
  const read = Object.getOwnPropertyDescriptor(Orders.prototype, 'read')!
  Reflect.defineMetadata('design:paramtypes', [PinoLogger], Orders)
  Get('orders/:id')(Orders.prototype, 'read', read)
  Controller()(Orders)
  class App {}
  Module({
    imports: [
      LoggerModule.forRoot({ pinoHttp: [{ redact: ['req.headers.authorization'] }, stream as never] }),
    ],
    controllers: [Orders],
  })(App)
  const app = await NestFactory.create(App, { bufferLogs: true })
  app.useLogger(app.get(Logger))
  await app.listen(0, '127.0.0.1')
  await ask(originOf(app.getHttpServer().address()))
  await app.close()
  expect(bodiesByTrace()).toEqual(traceIds.map(() => ['handling', 'request completed']))
  expectSameIds()
  const handling = records.logs.find(({ body }) => body === 'handling')
  expect(handling?.attributes).toMatchObject({ a: 1, order: 7 })
  const outside = records.logs.find(({ body }) => body === 'Nest application successfully started')
  expect(outside).toMatchObject({ traceId: undefined, attributes: { context: 'NestApplication' } })
  expect(JSON.stringify([records.logs, lines])).not.toContain('topsecret')
})
