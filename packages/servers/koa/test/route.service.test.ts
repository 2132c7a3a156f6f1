import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { type Stop, setReporter, startInstrumentation, stopAll } from '@clew/core'
import { httpInstrumentation } from '@clew/http'
import { recordLogs, recordSpans, type SpanRecorder } from '@clew/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LocalServers, localServers, log, nameAndRoute, namesOf } from '../../http/test/local-servers.ts'
import { koaInstrumentation } from '../src/index.ts'

/** As much of Koa and its router as the tests call; their types are of one version each. */
type Context = {
  body: unknown
  status: number
  params: Record<string, string>
  respond: boolean
  res: { destroy(): void }
}
type Middleware = (context: Context, next: () => Promise<unknown>) => unknown
type Router = Record<'get' | 'post' | 'all', (path: string | RegExp, ...handlers: Middleware[]) => Router> & {
  use(...handlers: (string | Middleware)[]): Router
  prefix(path: string): Router
  routes(): Middleware
  allowedMethods(): Middleware
  stack: { path: string; stack: unknown[] }[]
}
type Koa = { use(middleware: Middleware): Koa; callback(): RequestListener; silent: boolean }

const require = createRequire(import.meta.url)
const pairs = [
  { koa: 'koa', router: '@koa/router', rest: '{/*rest}' },
  { koa: 'koa2', router: '@koa/router12', rest: '(.*)' },
]

let spans: SpanRecorder
let stops: Stop[]
let servers: LocalServers

beforeEach(() => {
  spans = recordSpans()
  servers = localServers()
  stops = [startInstrumentation(httpInstrumentation), startInstrumentation(koaInstrumentation)]
})

afterEach(() => {
  servers.close()
  stopAll(stops)
  spans.stop()
})

const answer: Middleware = (context) => {
  context.body = 'ok'
}
const pass: Middleware = async (_, next) => {
  await new Promise(setImmediate)
  return next()
}

describe.each(pairs)('$koa with $router', ({ koa, router, rest }) => {
  const makeApp = (): Koa => {
    const app = new (require(koa) as new () => Koa)()
    app.silent = true
    return app
  }
  const makeRouter = (options?: object): Router =>
    new (require(router) as new (options?: object) => Router)(options)
  const listen = async (app: Koa): Promise<string> =>
    `http://127.0.0.1:${await servers.listen(createServer(app.callback()))}`

  test('the server span has the route with all prefixes, and none where nothing fits', async () => {
    const items = makeRouter().get('/:item', pass, answer).post('/', answer)
    const api = makeRouter({ prefix: '/api/:tenant' }).use(pass)
    api.use('/items', items.routes())
    const main = makeRouter()
      .get('/', answer)
      .get('/orders/special', answer)
      .get('/orders/:id', pass, answer)
      .get(/^\/by-pattern\/\d+$/, answer)
      .all('/any', answer)
      .get('/passing/:id', answer)
    const seen = makeRouter().get('/seen/:id', pass, answer).get('/mounted/:id', answer)
    const mounted = makeApp().use(seen.routes())
    const mount = require('koa-mount') as (path: string, app: Koa | Middleware) => Middleware
    const app = makeApp()
      .use(mount('/passing', pass))
      .use(main.routes())
      .use(main.allowedMethods())
      .use(api.routes())
      .use(mount('/mounted', mounted))
    expect(
      await namesOf(spans, await listen(app), [
        'GET /',
        'GET /orders/7?x=1',
        'HEAD /orders/7',
        'GET /orders/special',
        'GET /by-pattern/7',
        'PUT /any',
        'GET /api/acme/items/3',
        'POST /api/acme/items',
        'GET /mounted/seen/3',
        'GET /mounted/mounted/3?x=1',
        'GET /passing/3',
        'GET /nothing',
        'POST /orders/7',
      ]),
    ).toEqual([
      'GET / | /',
      'GET /orders/:id | /orders/:id',
      'HEAD /orders/:id | /orders/:id',
      'GET /orders/special | /orders/special',
      'GET /^\\/by-pattern\\/\\d+$/ | /^\\/by-pattern\\/\\d+$/',
      'PUT /any | /any',
      'GET /api/:tenant/items/:item | /api/:tenant/items/:item',
      'POST /api/:tenant/items | /api/:tenant/items',
      'GET /mounted/seen/:id | /mounted/seen/:id',
      'GET /mounted/mounted/:id | /mounted/mounted/:id',
      'GET /passing/:id | /passing/:id',
      'GET | no route',
      'POST | no route',
    ])
  })

  test('a request that is turned away, fails or is aborted has its route', async () => {
    const main = makeRouter()
      .use('/private', async (context) => {
        context.status = 401
      })
      .get('/private/:id', answer)
      .get('/failing/:id', async () => {
        throw new Error('no')
      })
      .get('/long/:id', async (context) => {
        await new Promise(setImmediate)
        context.respond = false
        context.res.destroy()
      })
      .get('/passed/:id', (_, next) => next())
      .get(`/passed${rest}`, answer)
    const origin = await listen(makeApp().use(main.routes()))
    const lines = ['GET /private/7', 'GET /failing/7', 'GET /passed/7']
    expect(await namesOf(spans, origin, lines)).toEqual([
      'GET /private/:id | /private/:id',
      'GET /failing/:id | /failing/:id',
      `GET /passed${rest} | /passed${rest}`,
    ])
    spans.clear()
    await fetch(`${origin}/long/7`).catch(() => {})
    const [aborted] = await spans.waitFor((all) => all.some(({ kind }) => kind === 'server'))
    expect(nameAndRoute(aborted!)).toBe('GET /long/:id | /long/:id')
  })

  test('records of middleware and handlers are in the trace of the request', async () => {
    const logs = recordLogs()
    stops.push(logs.stop)
    const main = makeRouter().get('/orders/:id', async () => {
      await new Promise(setImmediate)
      log('handler')
      throw new Error('no such order')
    })
    const app = makeApp()
      .use(async (_, next) => {
        log('before')
        await next().catch(() => log('caught'))
        log('after')
      })
      .use(main.routes())
    await fetch(`${await listen(app)}/orders/7`)
    const [span] = await spans.waitFor((all) => all.length === 1)
    expect(logs.logs.map(({ body, spanId }) => [body, spanId === span!.spanId])).toEqual(
      ['before', 'handler', 'caught', 'after'].map((body) => [body, true]),
    )
  })

  test.each([
    ['no request', {}],
    ['a request that is no object', { req: 'GET' }],
    [
      'a property that throws',
      Object.defineProperty({ req: {} }, 'mountPath', {
        get: () => {
          throw new Error('not mounted')
        },
      }),
    ],
  ])('a router that is tried with a context of %s works as without us', async (_, context) => {
    const restore = setReporter(() => {})
    const seen = makeRouter().get('/orders/:id', answer).routes()
    const given = Object.assign(context, { method: 'GET', path: '/orders/7', request: {}, body: '' })
    await seen(given as never, async () => {})
    restore()
    expect(given.body).toBe('ok')
  })

  test('what an application sees of its router is as without us', () => {
    const show = (): unknown => {
      const inner = makeRouter().get('/:id', answer)
      const outer = makeRouter().use('/outer', inner.routes())
      const routes = outer.routes()
      return {
        own: Reflect.ownKeys(routes).map(String),
        isOwn: (routes as Middleware & { router: unknown }).router === outer,
        shape: [routes.name, routes.length],
        stack: outer.stack.map(({ path, stack }) => [path, stack.includes(answer), stack.length]),
        methods: ['routes', 'middleware'].map((name) => {
          const method = Object.getPrototypeOf(outer)[name] as () => void
          return [method.name, method.length]
        }),
      }
    }
    const withUs = show()
    stopAll(stops)
    expect(withUs).toEqual(show())
  })
})
