import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import {
  activeContext,
  contextWithSpan,
  runInContext,
  type Stop,
  startInstrumentation,
  stopAll,
} from '@clew/core'
import { httpInstrumentation } from '@clew/http'
import { recordLogs, recordSpans, type SpanRecorder } from '@clew/testing'
import { trace } from '@opentelemetry/api'
import type express from 'express'
import type { NextFunction, Request, Response } from 'express'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LocalServers, localServers, log, nameAndRoute, namesOf } from '../../http/test/local-servers.ts'
import { expressInstrumentation } from '../src/index.ts'

type Express = typeof express

const require = createRequire(import.meta.url)
// By its path, as an application's own `require('express')` of that version resolves.
const load = <T>(alias: string): T => require(require.resolve(alias)) as T

let spans: SpanRecorder
let stops: Stop[]
let servers: LocalServers

beforeEach(() => {
  spans = recordSpans()
  servers = localServers()
  stops = [startInstrumentation(httpInstrumentation), startInstrumentation(expressInstrumentation)]
})

afterEach(() => {
  servers.close()
  stopAll(stops)
  spans.stop()
})

async function listen(handler: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await servers.listen(createServer(handler))}`
}

const answer = (_: Request, res: Response): unknown => res.send('ok')

describe.each(['express', 'express4'])('%s', (version) => {
  test('the route is told while a span of the application is active, and only to the server span', async () => {
    const app = load<Express>(version)()
    app.use((_: Request, __: Response, next: NextFunction) => {
      const span = trace.getTracer('app').startSpan('checking')
      runInContext(contextWithSpan(activeContext(), span), next)
      span.end()
    })
    app.get('/orders/:id', answer)
    const origin = await listen(app)
    await (await fetch(`${origin}/orders/7`)).text()
    await spans.waitFor((all) => all.length === 2)
    expect(spans.spans.map(nameAndRoute).sort()).toEqual([
      'GET /orders/:id | /orders/:id',
      'checking | no route',
    ])
  })

  test('records of handlers, of error middleware and of listeners are in the trace of the request', async () => {
    const logs = recordLogs()
    stops.push(logs.stop)
    const app = load<Express>(version)()
    app.use((_: Request, res: Response, next: NextFunction) => {
      res.on('finish', () => log('finish')).on('close', () => log('close'))
      next()
    })
    app.get('/orders/:id', async (_: Request, __: Response, next: NextFunction) => {
      log('handler')
      await new Promise(setImmediate)
      log('after await')
      next(new Error('no such order'))
    })
    app.use((error: Error, _: Request, res: Response, __: NextFunction) => {
      log(`error middleware: ${error.message}`)
      res.status(500).send('sorry')
    })
    const origin = await listen(app)
    await (await fetch(`${origin}/orders/7`)).text()
    const [span] = await spans.waitFor((all) => all.length === 1)
    expect([span!.status, span!.attributes['error.type'], nameAndRoute(span!)]).toEqual([
      'error',
      '500',
      'GET /orders/:id | /orders/:id',
    ])
    expect(logs.logs.map(({ body, traceId, spanId }) => ({ body, traceId, spanId }))).toEqual(
      ['handler', 'after await', 'error middleware: no such order', 'finish', 'close'].map((body) => ({
        body,
        traceId: span!.traceId,
        spanId: span!.spanId,
      })),
    )
  })
})

test('a router before 2.3, which has no channel, tells its routes too', async () => {
  type Router = {
    (req: unknown, res: unknown, done: () => void): void
    get(path: string | string[], handler: RequestListener): Router
    use(path: string, router: Router): Router
  }
  const Router = load<() => Router>('router2-2')
  const ok: RequestListener = (_, res) => res.end('ok')
  const items = Router().get('/', ok).get('/:item', ok)
  const router = Router().get('/orders/:id', ok).use('/users/:user/items', items)
  const origin = await listen((req, res) => router(req, res, () => res.writeHead(404).end()))
  expect(
    await namesOf(spans, origin, [
      'GET /orders/1',
      'GET /users/a%20b/items',
      'GET /users/3/items/3',
      'GET /none',
    ]),
  ).toEqual([
    'GET /orders/:id | /orders/:id',
    'GET /users/:user/items | /users/:user/items',
    'GET /users/:user/items/:item | /users/:user/items/:item',
    'GET | no route',
  ])
})
