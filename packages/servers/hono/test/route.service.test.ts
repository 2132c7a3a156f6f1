import { once } from 'node:events'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { type Stop, startInstrumentation, stopAll } from '@clew/core'
import { httpInstrumentation } from '@clew/http'
import { recordLogs, recordSpans, type SpanRecorder } from '@clew/testing'
import type { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { log, nameAndRoute, namesOf } from '../../http/test/local-servers.ts'
import { honoInstrumentation } from '../src/index.ts'

const require = createRequire(import.meta.url)
type Serve = typeof import('@hono/node-server')['serve']

let spans: SpanRecorder
let stops: Stop[]
let server: Server | undefined

beforeEach(() => {
  spans = recordSpans()
  stops = [startInstrumentation(httpInstrumentation), startInstrumentation(honoInstrumentation)]
})

afterEach(() => {
  server?.close()
  server = undefined
  stopAll(stops)
  spans.stop()
})

const presets = ['hono', 'hono/quick', 'hono/tiny']
const adapters = ['@hono/node-server', '@hono/node-server1']
const combinations = adapters.flatMap((adapter) => presets.map((preset) => ({ adapter, preset })))

describe.each(combinations)('$preset on $adapter', ({ adapter, preset }) => {
  const makeApp = (options?: object): Hono =>
    new (require(preset) as { Hono: new (options?: object) => Hono }).Hono(options)
  const listen = async (app: Hono): Promise<string> => {
    const { serve } = require(adapter) as { serve: Serve }
    server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
    await once(server, 'listening')
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  test('the server span has the route with all prefixes, and none where nothing fits', async () => {
    const items = makeApp()
    items.use(async (_, next) => next())
    items.get('/:item', (c) => c.text('ok'))
    items.onError((_, c) => c.text('own', 500))
    const app = makeApp()
    app.use('*', async (_, next) => next())
    app.get('/', (c) => c.text('ok'))
    app.get('/orders/special', (c) => c.text('ok'))
    app.get('/orders/:id{[0-9]+}', async (c) => {
      await new Promise(setImmediate)
      return c.text('ok')
    })
    app.all('/any', (c) => c.text('ok'))
    app.on(['PUT', 'PATCH'], ['/one/:id', '/two/:id'], (c) => c.text('ok'))
    app.get('/files/*', (c) => c.text('ok'))
    app.route('/api/:tenant/items', items)
    expect(
      await namesOf(spans, await listen(app), [
        'GET /',
        'GET /orders/7?x=1',
        'HEAD /orders/7',
        'GET /orders/special',
        'PUT /any',
        'PATCH /two/3',
        'GET /files/a/b',
        'GET /api/acme/items/3',
        'GET /nothing',
        'POST /orders/7',
      ]),
    ).toEqual([
      'GET / | /',
      'GET /orders/:id{[0-9]+} | /orders/:id{[0-9]+}',
      'HEAD /orders/:id{[0-9]+} | /orders/:id{[0-9]+}',
      'GET /orders/special | /orders/special',
      'PUT /any | /any',
      'PATCH /two/:id | /two/:id',
      'GET /files/* | /files/*',
      'GET /api/:tenant/items/:item | /api/:tenant/items/:item',
      'GET | no route',
      'POST | no route',
    ])
  })

  test('a request that fails or is aborted has its route, and one that its application asks itself has no span', async () => {
    const app = makeApp()
    app.get('/failing/:id', () => {
      throw new Error('no')
    })
    app.onError((_, c) => c.text('sorry', 500))
    app.get('/inner/:id', (c) => c.text('inner'))
    app.get('/outer/:id', async (c) => c.text(await (await app.request('/inner/1')).text()))
    app.get('/long/:id', async (c) => {
      await new Promise(setImmediate)
      ;(c.env as { outgoing: { destroy(): void } }).outgoing.destroy()
      return c.text('too late')
    })
    const origin = await listen(app)
    expect(await namesOf(spans, origin, ['GET /failing/7', 'GET /outer/7'])).toEqual([
      'GET /failing/:id | /failing/:id',
      'GET /outer/:id | /outer/:id',
    ])
    spans.clear()
    await fetch(`${origin}/long/7`).catch(() => {})
    const [aborted] = await spans.waitFor((all) => all.some(({ kind }) => kind === 'server'))
    expect(nameAndRoute(aborted!)).toBe('GET /long/:id | /long/:id')
  })

  test('records of middleware and handlers are in the trace of the request', async () => {
    const logs = recordLogs()
    stops.push(logs.stop)
    const app = makeApp()
    app.use(async (_, next) => {
      log('before')
      await next()
      log('after')
    })
    app.get('/orders/:id', async (c) => {
      await new Promise(setImmediate)
      log('handler')
      return c.text('ok')
    })
    await fetch(`${await listen(app)}/orders/7`)
    const [span] = await spans.waitFor((all) => all.length === 1)
    expect(logs.logs.map(({ body, spanId }) => [body, spanId === span!.spanId])).toEqual(
      ['before', 'handler', 'after'].map((body) => [body, true]),
    )
  })

  test('what an application sees of its routes is as without us', async () => {
    const show = async (): Promise<unknown> => {
      const app = makeApp()
      const handler = async function named(c: { text(text: string): Response }): Promise<Response> {
        return c.text(new Error('where').stack!.includes('named') ? 'named' : 'unknown')
      }
      app.get('/orders/:id', handler)
      const { routes, router } = app
      const answer = await (await app.request('/orders/7')).text()
      return {
        routes: routes.map(({ handler: shown, ...route }) => ({ ...route, isOwn: shown === handler })),
        router: [router.name, router.add.name, router.add.length],
        answer,
        keys: Reflect.ownKeys(app).map(String),
      }
    }
    const withUs = await show()
    stopAll(stops)
    expect(withUs).toEqual(await show())
  })
})

test('a router that the application chose itself is seen, too', async () => {
  const { Hono } = require('hono') as { Hono: new (options: object) => Hono }
  const { RegExpRouter } = require('hono/router/reg-exp-router') as { RegExpRouter: new () => object }
  const app = new Hono({ router: new RegExpRouter() })
  app.get('/orders/:id', (c) => c.text('ok'))
  const { serve } = require('@hono/node-server') as { serve: Serve }
  server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  expect(await namesOf(spans, origin, ['GET /orders/7'])).toEqual(['GET /orders/:id | /orders/:id'])
})

type RouterClass = new () => {
  add(method: string, path: string, value: unknown): void
  match(method: string, path: string): [[unknown, unknown][], string[]?]
}

test.each(['LinearRouter', 'PatternRouter', 'RegExpRouter', 'TrieRouter'])(
  '%s without Hono gives what was put into it',
  (name) => {
    const file = name.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()
    const { [name]: Router } = require(`hono/router/${file}`) as Record<string, RouterClass>
    const work = (): void => {}
    for (const value of [
      'get item',
      ['ab', 'cd'],
      [work, 1],
      [work],
      [work, { path: '/:id' }],
      work,
      7,
      {},
    ]) {
      const router = new Router!()
      router.add('GET', '/:id', value)
      expect(router.match('GET', '/7')[0].map(([found]) => found === value)).toEqual([true])
    }
  },
)
