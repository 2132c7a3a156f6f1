import type { IncomingMessage } from 'node:http'
import { guard, type Instrumentation, setHttpRoute, subscribeChannel } from '@clew/core'
import manifest from '@clew/fastify/package.json' with { type: 'json' }

type FastifyRequest = {
  raw: IncomingMessage
  /** Since 4.10. `url` is the path as registered, with all prefixes; undefined in a 404 handler. */
  routeOptions?: { url?: string | undefined }
  /** Before 4.10. */
  routerPath?: string | undefined
}
type OnRequest = (request: FastifyRequest, reply: unknown, done: () => void) => void
type FastifyInstance = { addHook(name: 'onRequest', hook: OnRequest): unknown }

/** Tells the server span of `@clew/http` the route. */
export const fastifyInstrumentation: Instrumentation = {
  name: 'fastify',
  version: manifest.version,
  library: { name: 'fastify', versions: { from: '4.0.0', below: '6.0.0' } },
  seam: 'fastify.initialization channel, onRequest hook',
  // Published for each instance: https://fastify.dev/docs/latest/Reference/Hooks/#diagnostics-channel-hooks
  start: () =>
    subscribeChannel<{ fastify: FastifyInstance }>('fastify.initialization', ({ fastify }) => {
      fastify.addHook('onRequest', tellRoute)
    }),
}

// The first hook of the request's life: a route is known even when a later hook turns the request away.
function tellRoute(request: FastifyRequest, _reply: unknown, done: () => void): void {
  guard(
    'reading the route of fastify',
    () => {
      const route = routeOf(request)
      if (route !== undefined) setHttpRoute(request.raw, route)
    },
    undefined,
  )
  done()
}

// Reading `routerPath` of a version that has `routeOptions` prints a deprecation warning.
function routeOf(request: FastifyRequest): string | undefined {
  const { routeOptions } = request
  return routeOptions ? routeOptions.url : request.routerPath
}
