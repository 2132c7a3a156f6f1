import type { IncomingMessage } from 'node:http'
import {
  compareVersions,
  type Instrumentation,
  onModuleLoad,
  reportThrown,
  setHttpRoute,
  wrapMethod,
} from '@clew/core'
import manifest from '@clew/fastify/package.json' with { type: 'json' }

/**
 * What fastify stores with each route; `url` is the path as registered, with all prefixes, undefined for a 404 handler.
 * https://github.com/fastify/fastify/blob/main/lib/route.js
 */
type RouteContext = { config?: { url?: unknown } | null } | null | undefined

/** https://github.com/delvedor/find-my-way#on */
type Handler = (
  this: unknown,
  req: IncomingMessage,
  res: unknown,
  params: unknown,
  store: unknown,
  query: unknown,
) => unknown
type On = (this: unknown, method: unknown, path: unknown, ...rest: unknown[]) => unknown

/** Fastify's router, a package of its own; fastify 4 has 6 to 8, fastify 5 has 9. */
const router = { name: 'find-my-way', versions: { from: '0.0.0', below: '10.0.0' } } as const
const routerSince = '6.0.0'

/** Tells the server span of `@clew/http` the route. */
export const fastifyInstrumentation: Instrumentation = {
  name: 'fastify',
  version: manifest.version,
  library: { name: 'fastify', versions: { from: '4.0.0', below: '6.0.0' } },
  seam: 'on() of its router find-my-way',
  start: () => {
    const telling = new WeakMap<Handler, Handler>()
    return onModuleLoad<{ prototype: { on: On } }>(router, ({ prototype }, { version }) =>
      compareVersions(version, routerSince) < 0
        ? undefined
        : wrapMethod('fastify', prototype, 'on', (on) => tellRoutes(on, telling)),
    )
  },
}

/**
 * Fastify registers one handler for all routes. It runs before the hooks, so that also a request that they turn away has
 * its route. What others register with the router is left alone.
 */
function tellRoutes(on: On, telling: WeakMap<Handler, Handler>): On {
  return function (this: unknown, method, path, ...rest) {
    const handler = rest.find((argument) => typeof argument === 'function') as Handler | undefined
    if (handler === undefined || urlOf(rest.at(-1)) === undefined) return on.call(this, method, path, ...rest)
    const told = telling.get(handler) ?? tellRoute(handler)
    // `on` calls itself for a path with an optional parameter.
    telling.set(handler, told).set(told, told)
    return on.call(this, method, path, ...rest.map((argument) => (argument === handler ? told : argument)))
  }
}

function urlOf(store: unknown): string | undefined {
  const url = (store as RouteContext)?.config?.url
  return typeof url === 'string' ? url : undefined
}

function tellRoute(handler: Handler): Handler {
  const told: Handler = function (this: unknown, req, res, params, store, query) {
    try {
      const route = urlOf(store)
      if (route !== undefined) setHttpRoute(req, route)
    } catch (error) {
      reportThrown('reading the route of fastify', error)
    }
    return handler.call(this, req, res, params, store, query)
  }
  for (const name of ['name', 'length']) {
    Object.defineProperty(told, name, Object.getOwnPropertyDescriptor(handler, name)!)
  }
  return told
}
