import { createServer, type RequestListener, request } from 'node:http'
import { createRequire } from 'node:module'
import { type Stop, setReporter, startInstrumentation, stopAll } from '@clew/core'
import { httpInstrumentation } from '@clew/http'
import { recordSpans, type SpanRecorder } from '@clew/testing'
import type express from 'express'
import type { NextFunction, Request, RequestHandler, Response, Router } from 'express'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LocalServers, localServers } from '../../http/test/local-servers.ts'
import { expressInstrumentation } from '../src/index.ts'

type Express = typeof express
type App = ReturnType<Express>

const require = createRequire(import.meta.url)

let spans: SpanRecorder
let stops: Stop[]
let servers: LocalServers
let reports: string[]

beforeEach(() => {
  reports = []
  spans = recordSpans()
  servers = localServers()
  stops = [
    setReporter((code, message) => reports.push(`${code}: ${message}`)),
    startInstrumentation(httpInstrumentation),
    startInstrumentation(expressInstrumentation),
  ]
})

afterEach(() => {
  servers.close()
  stopAll(stops)
  spans.stop()
})

const answer: RequestHandler = (_, res) => {
  res.send('ok')
}
const pass: RequestHandler = (_, __, next) => next()
const passLater: RequestHandler = async (_, __, next) => {
  await new Promise(setImmediate)
  next()
}
const fail: RequestHandler = (_, __, next) => next(new Error('no'))
const recover = (_: Error, __: Request, res: Response, ___: NextFunction): unknown =>
  res.status(500).send('sorry')

type Shape = {
  name: string
  /** Where the syntax of paths differs, by major. */
  build: (app: App, express: Express, major: '4' | '5') => void
  /** Expected routes by `METHOD target`. */
  routes: Record<string, string | undefined>
}

/** A router with one route, `/:id`. */
const byId = (express: Express, options?: express.RouterOptions): Router =>
  express.Router(options).get('/:id', answer)
const none = undefined

const shapes: Shape[] = [
  {
    name: 'literals and parameters',
    build: (app) =>
      app
        .get('/', answer)
        .get('/orders', answer)
        .post('/orders', answer)
        .get('/orders/:id/items/:item', answer),
    routes: {
      'GET /': '/',
      'GET /orders?x=1': '/orders',
      'POST /orders': '/orders',
      'GET /orders/a%20b/items/orders': '/orders/:id/items/:item',
      'GET /ORDERS/': '/orders',
    },
  },
  {
    name: 'optional parts',
    build: (app, _, major) => app.get(major === '5' ? '/opt{/:x}' : '/opt/:x?', answer),
    routes: { 'GET /opt/1': '/opt{/:x}|/opt/:x?', 'GET /opt': '/opt{/:x}|/opt/:x?' },
  },
  {
    name: 'wildcards',
    build: (app, _, major) => app.get(major === '5' ? '/files/*rest' : '/files/*', answer),
    routes: { 'GET /files/a/b': '/files/*rest|/files/*' },
  },
  {
    name: 'regular expressions',
    build: (app) => app.get(/^\/files\/.*$/, answer).get(/^\/x\/(\d+)/, answer),
    routes: { 'GET /files/a': '/^\\/files\\/.*$/', 'GET /x/12/y': '/^\\/x\\/(\\d+)/' },
  },
  {
    name: 'several paths of a route',
    build: (app) => app.get(['/a', '/b/:id', /^\/c/, ['/d', ['/e']]] as string[], answer),
    routes: { 'GET /a': '/a', 'GET /b/1': '/b/:id', 'GET /cc': '/^\\/c/', 'GET /d': '/d', 'GET /e': '/e' },
  },
  {
    name: 'several paths that all take the request',
    build: (app) => app.get(['/:first', '/second'], answer),
    routes: { 'GET /second': '/:first' },
  },
  {
    name: 'all and route',
    build: (app) => {
      app.all('/all', answer)
      app
        .route('/chain/:id')
        .all(pass)
        .get(pass, answer)
        .post([pass, [answer]] as unknown as RequestHandler[])
    },
    routes: { 'PUT /all': '/all', 'GET /chain/1': '/chain/:id', 'POST /chain/1': '/chain/:id' },
  },
  {
    name: 'a mounted router',
    build: (app, express) => app.use('/orders', pass, byId(express).get('/', answer)),
    routes: { 'GET /orders/7': '/orders/:id', 'GET /orders': '/orders', 'GET /orders/?x': '/orders' },
  },
  {
    name: 'a mount that ends in a slash',
    build: (app, express) => app.use('/orders/', byId(express)),
    routes: { 'GET /orders/7': '/orders/:id' },
  },
  {
    name: 'a mount with parameters whose values are words of the path',
    build: (app, express) => app.use('/users/:user/x', byId(express)),
    routes: { 'GET /users/users/x/x': '/users/:user/x/:id' },
  },
  {
    name: 'mergeParams',
    build: (app, express) =>
      app.use('/users/:user', express.Router().use('/items', byId(express, { mergeParams: true }))),
    routes: { 'GET /users/42/items/42': '/users/:user/items/:id' },
  },
  {
    name: 'routers in routers',
    build: (app, express) => {
      const deep = express.Router().use(pass).use('/:c', express.Router().get('/d', answer))
      app.use('/a', express.Router().use('/b', deep))
    },
    routes: { 'GET /a/b/3/d': '/a/b/:c/d' },
  },
  {
    name: 'several paths of a mount',
    build: (app, express) => app.use(['/a', '/b/:x'], byId(express)),
    routes: { 'GET /a/1': '/a/:id', 'GET /b/1/2': '/b/:x/:id' },
  },
  {
    name: 'several paths of a mount within a mount, and of its routes',
    build: (app, express) => {
      const inner = express.Router().get(['/x', '/y/:id'], answer)
      app.use(['/v1', '/:version'], express.Router().use([['/a'], '/b'] as unknown as string[], inner))
    },
    routes: {
      'GET /v1/a/x': '/v1/a/x',
      'GET /v2/b/y/1': '/:version/b/y/:id',
      'GET /v1/b/y/1': '/v1/b/y/:id',
    },
  },
  {
    name: 'a mount with a regular expression',
    build: (app, express) => app.use(/^\/v\d+/, byId(express)),
    routes: { 'GET /v12/7': '/^\\/v\\d+//:id' },
  },
  {
    name: 'a router without a path of its own',
    build: (app, express) => app.use(express.Router().use(byId(express))),
    routes: { 'GET /7': '/:id' },
  },
  {
    name: 'a router mounted twice',
    build: (app, express) => {
      const router = byId(express)
      app.use('/a', router).use('/b/:x', express.Router().use('/c', router))
    },
    routes: { 'GET /a/1': '/a/:id', 'GET /b/2/c/1': '/b/:x/c/:id', 'GET /a/1?again': '/a/:id' },
  },
  {
    name: 'a router in itself',
    build: (app, express) => {
      const router = express.Router()
      app.use('/tree', router.use('/:node', (req, res, next) => router(req, res, next)).get('/leaf', answer))
    },
    routes: {
      'GET /tree/leaf': '/tree/leaf',
      'GET /tree/a/leaf': '/tree/:node/leaf',
      'GET /tree/a/b/leaf': '/tree/:node/:node/leaf',
    },
  },
  {
    name: 'an application in an application',
    build: (app, express) => {
      const admin = express().get('/stats/:day', answer)
      const inner = express().get('/', answer).use('/api', byId(express))
      app.use('/admin', admin.use('/inner', inner)).use(express().get('/bare', answer))
    },
    routes: {
      'GET /admin/stats/1': '/admin/stats/:day',
      'GET /admin/inner': '/admin/inner',
      'GET /admin/inner/api/7': '/admin/inner/api/:id',
      'GET /bare': '/bare',
    },
  },
  {
    name: 'an application mounted twice and at several paths',
    build: (app, express) => {
      const admin = express().get('/:day', answer)
      app.use('/a', admin).use(['/b', '/c/:x'], admin)
    },
    routes: { 'GET /a/1': '/a/:day', 'GET /b/1': '/b/:day', 'GET /c/1/2': '/c/:x/:day' },
  },
  {
    name: 'a router that a middleware calls',
    build: (app, express) => {
      const router = byId(express)
      app.use('/tenants/:tenant', async (req, res, next) => {
        await new Promise(setImmediate)
        router(req, res, next)
      })
    },
    routes: { 'GET /tenants/acme/7': '/tenants/:tenant/:id' },
  },
  {
    name: 'a router that a route calls',
    build: (app, express, major) => {
      const router = express.Router().use('/none', pass).use('/api/v1', byId(express))
      app.all(major === '5' ? '/api/*rest' : '/api/*', (req, res, next) => router(req, res, next))
      app.get('/api/last', answer)
    },
    routes: { 'GET /api/v1/7': '/api/v1/:id', 'GET /api/last': '/api/last' },
  },
  {
    name: 'mounts that pass on',
    build: (app, express) => {
      app.use('/a', express.Router().use('/b', pass).get('/b/:no', pass))
      app.use('/a/b', byId(express))
    },
    routes: { 'GET /a/b/7': '/a/b/:id' },
  },
  {
    name: 'a mount within a router without a path, which passes on',
    build: (app, express) => {
      app.use(express.Router().use('/c', express.Router().use('/d', pass)))
      app.use(express.Router().use('/:x', byId(express)))
      app.get('/:last', answer)
    },
    routes: { 'GET /c/d': '/:x/:id', 'GET /c': '/:last' },
  },
  {
    name: 'a route that passes on, also out of its router',
    build: (app, express) => {
      const router = express.Router()
      router.get('/leave', (_, __, next) => next('router')).get('/skip', (_, __, next) => next('route'))
      router.get('/:any', answer)
      app.use('/r', router).get('/r/leave', answer)
    },
    routes: { 'GET /r/leave': '/r/leave', 'GET /r/skip': '/r/:any' },
  },
  {
    name: 'middleware that is asynchronous or rewrites the path',
    build: (app, express) => {
      app.use(passLater, (req, _, next) => {
        if (req.url === '/old/7') req.url = '/new/7'
        next()
      })
      app.use(['/other', '/new'], byId(express))
    },
    routes: { 'GET /old/7': '/new/:id', 'GET /other/7': '/other/:id' },
  },
  {
    name: 'a parameter whose callback answers, fails or passes',
    build: (app, express) => {
      const loadUser = (_: Request, res: Response, next: NextFunction, id: string): unknown =>
        id === 'gone' ? res.sendStatus(404) : id === 'bad' ? next(new Error('bad')) : next()
      const users = express.Router().param('user', loadUser).use('/none', pass).get('/:user', answer)
      app.param('user', loadUser).use('/api/:v', users).get('/:user', answer).use(recover)
    },
    routes: {
      'GET /gone': '/:user',
      'GET /bad': '/:user',
      'GET /fine': '/:user',
      'GET /api/1/gone': '/api/:v/:user',
      'GET /api/1/bad': '/api/:v/:user',
      'GET /api/1/fine': '/api/:v/:user',
    },
  },
  {
    name: 'errors',
    build: (app, express) => {
      app.use('/a', express.Router().get('/:id', fail).use(recover))
      app.use('/b', express.Router().get('/:id', fail)).use(recover)
    },
    routes: { 'GET /a/1': '/a/:id', 'GET /b/1': '/b/:id' },
  },
  {
    name: 'methods that nobody registered',
    build: (app) => app.get('/get', answer).post('/post', answer).all('/all', answer),
    routes: {
      'HEAD /get': '/get',
      'HEAD /all': '/all',
      'HEAD /post': none,
      'OPTIONS /get': none,
      'OPTIONS /all': '/all',
      'DELETE /get': none,
    },
  },
  {
    name: 'what no route matches',
    build: (app, express) => app.use('/a', byId(express)).use('/static', answer).use(pass),
    routes: { 'GET /nothing': none, 'GET /a': none, 'GET /a/1/2': none, 'GET /static/x': none },
  },
  {
    name: 'the settings of routers with several paths',
    build: (app, express) => {
      const router = express.Router({ caseSensitive: true, strict: true })
      app.use('/r', router.get(['/a', '/A/', '/A'], answer))
    },
    routes: { 'GET /r/a': '/r/a', 'GET /r/A': '/r/A', 'GET /r/A/': '/r/A/', 'GET /r/a/': none },
  },
  {
    name: 'a target in absolute form',
    build: (app, express) => app.use(['/a', '/b'], byId(express)),
    routes: { 'GET http://other.example/b/1?q': '/b/:id' },
  },
]

const versions = { express: '5', express4: '4' } as const

describe.each(Object.entries(versions))('%s', (alias, major) => {
  const load = (): Express => require(require.resolve(alias)) as Express

  test.each(shapes)('http.route of $name', async ({ build, routes }) => {
    const express = load()
    const app = express()
    build(app, express, major)
    const seen = await routesOf(app, Object.keys(routes))
    const expected = Object.entries(routes).map(([line, route]) => [line, forMajor(route, major)])
    expect({ ...seen, reports }).toEqual({ ...Object.fromEntries(expected), reports: [] })
  })

  test('http.route of what is registered after the first request', async () => {
    const express = load()
    const app = express()
    const router = express.Router()
    app.use('/late', router)
    const port = await servers.listen(createServer(app))
    const first = await routeOf(port, 'GET /late/7')
    router.get('/:id', answer)
    app.use('/later/:x', router)
    const then = [await routeOf(port, 'GET /late/7'), await routeOf(port, 'GET /later/1/7')]
    expect([first, ...then]).toEqual([none, '/late/:id', '/later/:x/:id'])
  })

  test('a Route that is dispatched by hand has no route and prints nothing', async () => {
    const express = load()
    const route = new (
      express as unknown as { Route: new (path: string) => express.IRoute & { dispatch: RequestHandler } }
    ).Route('/x/:id')
    route.get(pass, answer)
    const app = express().use('/by-hand', (req, res, next) => route.dispatch(req, res, next))
    expect([await routesOf(app, ['GET /by-hand']), reports]).toEqual([{ 'GET /by-hand': none }, []])
    const answered = await new Promise((done) => {
      route.dispatch({ method: 'GET' } as Request, { send: done } as unknown as Response, done)
    })
    expect([answered, reports]).toEqual(['ok', []])
  })
})

function forMajor(route: string | undefined, major: '4' | '5'): string | undefined {
  return route?.split('|')[major === '5' ? 0 : route.split('|').length - 1]
}

async function routesOf(
  listener: RequestListener,
  lines: string[],
): Promise<Record<string, string | undefined>> {
  const port = await servers.listen(createServer(listener))
  const routes: Record<string, string | undefined> = {}
  for (const line of lines) routes[line] = await routeOf(port, line)
  return routes
}

/** By node:http, which sends a target as it is. */
async function routeOf(port: number, line: string): Promise<string | undefined> {
  const [method, path] = line.split(' ')
  spans.clear()
  await new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', method, path, agent: false }, (response) =>
      response.resume().on('end', resolve),
    )
      .on('error', reject)
      .end()
  })
  const all = await spans.waitFor((found) => found.some(({ kind }) => kind === 'server'))
  return all.find(({ kind }) => kind === 'server')!.attributes['http.route'] as string | undefined
}
