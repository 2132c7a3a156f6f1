import { once } from 'node:events'
import { connect } from 'node:http2'
import { createRequire } from 'node:module'
import {
  getFields,
  rootContext,
  runInContext,
  type Stop,
  setFields,
  startInstrumentation,
  stopAll,
} from '@clew/core'
import { httpInstrumentation } from '@clew/http'
import { recordLogs, recordSpans, type SpanRecorder } from '@clew/testing'
import type { FastifyInstance, FastifyPluginCallback, fastify } from 'fastify'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { log, nameAndRoute, namesOf } from '../../http/test/local-servers.ts'
import { fastifyInstrumentation } from '../src/index.ts'

type Fastify = typeof fastify

const require = createRequire(import.meta.url)
const load = (alias: string): Fastify => require(require.resolve(alias)) as Fastify

let spans: SpanRecorder
let stops: Stop[]
let app: FastifyInstance

beforeEach(() => {
  spans = recordSpans()
  stops = [startInstrumentation(httpInstrumentation), startInstrumentation(fastifyInstrumentation)]
})

afterEach(async () => {
  await app.close()
  stopAll(stops)
  spans.stop()
})

const listen = (): Promise<string> => app.listen({ port: 0, host: '127.0.0.1' })

describe.each(['fastify', 'fastify4'])('%s', (version) => {
  test('over HTTP/2 the server span has the route as well', async () => {
    const server = load(version)({ http2: true })
    app = server as unknown as FastifyInstance
    server.get('/orders/:id', async () => 'ok')
    const session = connect(await server.listen({ port: 0, host: '127.0.0.1' }))
    const answered = runInContext(rootContext, () =>
      once(session.request({ ':path': '/orders/7' }).resume(), 'close'),
    )
    await answered
    session.destroy()
    expect((await spans.waitFor((all) => all.length === 1)).map(nameAndRoute)).toEqual([
      'GET /orders/:id | /orders/:id',
    ])
  })

  test('the server span has the route with all prefixes, and none for a 404', async () => {
    app = load(version)()
    app.get('/', async () => 'ok')
    app.get('/orders/:id', async () => 'ok')
    app.get('/files/*', (_, reply) => {
      reply.send('ok')
    })
    const items: FastifyPluginCallback = (scope, _, done) => {
      scope.get('/:item', async () => 'ok')
      scope.setNotFoundHandler((_, reply) => {
        reply.code(404).send('not here')
      })
      done()
    }
    app.register(
      async (scope) => {
        scope.register(items, { prefix: '/items' })
      },
      { prefix: '/api/:tenant' },
    )
    expect(
      await namesOf(spans, await listen(), [
        'GET /',
        'GET /orders/7?x=1',
        'HEAD /orders/7',
        'GET /files/a/b',
        'GET /api/acme/items/3',
        'GET /api/acme/items/3/4',
        'GET /nothing',
        'POST /orders/7',
      ]),
    ).toEqual([
      'GET / | /',
      'GET /orders/:id | /orders/:id',
      'HEAD /orders/:id | /orders/:id',
      'GET /files/* | /files/*',
      'GET /api/:tenant/items/:item | /api/:tenant/items/:item',
      'GET | no route',
      'GET | no route',
      'POST | no route',
    ])
  })

  test('a request that is turned away, fails or is aborted has its route', async () => {
    app = load(version)({ rewriteUrl: ({ url }) => (url === '/old/7' ? '/optional/7' : url!) })
    const turnAway: FastifyPluginCallback = (scope, _, done) => {
      scope.addHook('onRequest', async (request, reply) => {
        if (request.headers['x-fail'] === 'hook') throw new Error('no')
        return reply.code(401).send('who?')
      })
      scope.get('/private/:id', async () => 'ok')
      done()
    }
    app.register(turnAway, { prefix: '/in' })
    app.addHook('preParsing', async ({ url }) => {
      if (url.includes('unread')) throw new Error('no')
    })
    const schema = { params: { type: 'object', properties: { id: { type: 'integer' } } } }
    app.get('/checked/:id', { schema }, async () => 'ok')
    app.get('/none/:id', (_, reply) => reply.callNotFound())
    app.get('/optional/:id?', async () => 'ok')
    app.get('/failing/:id', async () => {
      throw new Error('no')
    })
    app.get('/hosted', { constraints: { host: 'example.org' } }, async () => 'ok')
    app.get('/long/:id', (_, reply) => reply.hijack().raw.destroy())
    const origin = await listen()
    const requests = [
      'GET /in/private/7',
      'GET /in/private/unread',
      'GET /checked/a',
      'GET /none/7',
      'GET /optional',
      'GET /optional/7',
      'GET /old/7',
      'GET /failing/7',
      'GET /unread',
      'GET /hosted',
      'GET /%zz',
    ]
    expect(await namesOf(spans, origin, requests)).toEqual([
      'GET /in/private/:id | /in/private/:id',
      'GET /in/private/:id | /in/private/:id',
      'GET /checked/:id | /checked/:id',
      'GET /none/:id | /none/:id',
      'GET /optional/:id? | /optional/:id?',
      'GET /optional/:id? | /optional/:id?',
      'GET /optional/:id? | /optional/:id?',
      'GET /failing/:id | /failing/:id',
      'GET | no route',
      'GET | no route',
      'GET | no route',
    ])
    spans.clear()
    await fetch(`${origin}/long/7`).catch(() => {})
    const [aborted] = await spans.waitFor((all) => all.some(({ kind }) => kind === 'server'))
    expect(nameAndRoute(aborted!)).toBe('GET /long/:id | /long/:id')
  })

  test('a request that a handler injects into its own application does not rename the span around it', async () => {
    app = load(version)()
    app.get('/inner/:id', async () => 'inner')
    app.get('/outer/:id', async () => (await app.inject('/inner/1')).body)
    expect(await namesOf(spans, await listen(), ['GET /outer/7'])).toEqual(['GET /outer/:id | /outer/:id'])
  })

  test('records of hooks and handlers of both styles are in the trace of the request', async () => {
    const logs = recordLogs()
    stops.push(logs.stop)
    app = load(version)()
    app.addHook('onRequest', (_, __, done) => {
      log('onRequest')
      done()
    })
    app.addHook('preHandler', async () => {
      await new Promise(setImmediate)
      setFields({ user_id: 7 })
      log('preHandler')
    })
    app.addHook('onSend', async () => log('onSend'))
    app.addHook('onResponse', async () => log('onResponse'))
    app.setErrorHandler((error, _, reply) => {
      log(`error handler: ${(error as Error).message}`)
      reply.code(500).send('sorry')
    })
    app.post('/promise', async (request) => {
      log(`handler ${JSON.stringify(request.body)}`)
      return getFields()
    })
    app.post('/callback', (_, reply) => {
      setImmediate(() => {
        log('callback')
        reply.send('ok')
      })
    })
    app.post('/failing', async () => {
      throw new Error('no such order')
    })
    const origin = await listen()
    const seen: Record<string, { bodies: unknown[]; ownTrace: boolean }> = {}
    for (const path of ['/promise', '/callback', '/failing']) {
      spans.clear()
      logs.clear()
      await fetch(origin + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"n":1}',
      })
      const [span] = await spans.waitFor((all) => all.length === 1)
      seen[path] = {
        bodies: logs.logs.map(({ body }) => body),
        ownTrace: logs.logs.every((record) => record.spanId === span!.spanId),
      }
    }
    expect(seen).toEqual({
      '/promise': {
        bodies: ['onRequest', 'preHandler', 'handler {"n":1}', 'onSend', 'onResponse'],
        ownTrace: true,
      },
      '/callback': {
        bodies: ['onRequest', 'preHandler', 'callback', 'onSend', 'onResponse'],
        ownTrace: true,
      },
      '/failing': {
        bodies: ['onRequest', 'preHandler', 'error handler: no such order', 'onSend', 'onResponse'],
        ownTrace: true,
      },
    })
  })
})
