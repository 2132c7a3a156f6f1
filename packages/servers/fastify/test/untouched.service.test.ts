import { hasSubscribers } from 'node:diagnostics_channel'
import { createRequire } from 'node:module'
import { type Stop, startInstrumentation, stopAll } from '@clew/core'
import { httpInstrumentation } from '@clew/http'
import { recordSpans } from '@clew/testing'
import type { FastifyInstance, fastify } from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { fastifyInstrumentation } from '../src/index.ts'

const require = createRequire(import.meta.url)

let stops: Stop[] = []

afterEach(() => stopAll(stops))

/** What an application can see of its own making. */
async function show(library: typeof fastify): Promise<unknown[]> {
  const app = library()
  const seen: unknown[] = []
  app.addHook('onRoute', (options) => {
    seen.push([options.url, Object.keys(options)])
  })
  app.addHook('onRequest', async (request, reply) => {
    seen.push([request, reply].map((object) => Reflect.ownKeys(object).map(String)))
  })
  app.register(async function items(scope) {
    scope.addHook('preHandler', async () => {})
    scope.setNotFoundHandler((_, reply) => reply.code(404).send('not here'))
    scope.get('/items/:id', async ({ routeOptions }) => Object.keys(routeOptions))
  })
  app.get('/', async () => 'ok')
  await app.ready()
  const { handler, params } = app.findRoute({ method: 'GET', url: '/items/:id' }) as unknown as {
    handler: () => unknown
    params: unknown
  }
  seen.push(
    app.printRoutes({ includeHooks: true, includeMeta: true, commonPrefix: false }),
    // With how long each plugin took.
    app.printPlugins().replace(/\d+ ms/g, ''),
    [handler.name, handler.length, Reflect.ownKeys(handler), params],
    Reflect.ownKeys(app).map(String),
    await answerOf(app, '/items/7'),
    await answerOf(app, '/nothing'),
    ['fastify.initialization', 'tracing:fastify.request.handler:start'].map(hasSubscribers),
  )
  await app.close()
  return seen
}

async function answerOf(app: FastifyInstance, url: string): Promise<unknown[]> {
  const { statusCode, body } = await app.inject(url)
  return [statusCode, body]
}

test.each(['fastify', 'fastify4'])('what an application of %s sees is as without us', async (alias) => {
  const library = require(require.resolve(alias)) as typeof fastify
  const without = await show(library)
  const spans = recordSpans()
  stops = [
    spans.stop,
    startInstrumentation(httpInstrumentation),
    startInstrumentation(fastifyInstrumentation),
  ]
  expect(await show(library)).toEqual(without)
  expect(JSON.stringify(without)).toContain('preHandler')
})
