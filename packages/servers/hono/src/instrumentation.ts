import { guard, type Instrumentation, onModuleLoad, setHttpRoute, stopAll, wrapMethod } from '@clew/core'
import manifest from '@clew/hono/package.json' with { type: 'json' }

/** https://hono.dev/docs/api/context; `incoming` is what @hono/node-server got from node:http. */
type Context = { env?: { incoming?: unknown } }
type Handler = (this: unknown, context: Context, next: unknown) => unknown
/** What Hono registers: the handler to run, and the route as `app.routes` shows it. */
type Registered = [handler: Handler, route: { path: string; method: string }]
type Add = (this: unknown, method: string, path: string, registered: unknown) => void
type RouterClass = { prototype: { add: Add } }
type HonoClass = new () => { router: { add: Add } }

const versions = { from: '4.0.0', below: '5.0.0' } as const
const library = { name: 'hono', versions } as const

// Each entry is a CommonJS and an ES module.
const presets = [
  { ...library, esModule: 'dist/index.js' },
  { ...library, file: 'dist/cjs/preset/quick.js', esModule: 'dist/preset/quick.js' },
  { ...library, file: 'dist/cjs/preset/tiny.js', esModule: 'dist/preset/tiny.js' },
]
const routers = ['linear-router', 'pattern-router', 'reg-exp-router', 'smart-router', 'trie-router'].map(
  (name) => ({
    ...library,
    file: `dist/cjs/router/${name}/index.js`,
    esModule: `dist/router/${name}/index.js`,
  }),
)

/** Tells the server span of `@clew/http` the route. */
export const honoInstrumentation: Instrumentation = {
  name: 'hono',
  version: manifest.version,
  library,
  seam: 'add() of its routers',
  start: () => {
    const told = new WeakSet<object>()
    const stops = [
      ...presets.map((source) =>
        onModuleLoad<{ Hono: HonoClass }>(source, ({ Hono }) =>
          tellRoutes(Object.getPrototypeOf(new Hono().router), told),
        ),
      ),
      ...routers.map((source) =>
        onModuleLoad<Record<string, RouterClass>>(source, (exports) =>
          Object.entries(exports).flatMap(([name, { prototype }]) =>
            name.endsWith('Router') ? tellRoutes(prototype, told) : [],
          ),
        ),
      ),
    ]
    return () => stopAll(stops)
  },
}

// Routers hand what was registered on to the routers in them.
function tellRoutes(prototype: RouterClass['prototype'], told: WeakSet<object>) {
  return wrapMethod('hono', prototype, 'add', (add) => {
    return function (this: unknown, method, path, registered) {
      const isOurs = isRegistered(registered) && !told.has(registered)
      return add.call(this, method, path, isOurs ? tellRoute(registered, told) : registered)
    }
  })
}

// A router is of use without Hono, and then holds whatever its application gives it.
function isRegistered(given: unknown): given is Registered {
  if (!Array.isArray(given)) return false
  const [handler, route] = given as Partial<Registered>
  return typeof handler === 'function' && typeof route?.path === 'string' && typeof route.method === 'string'
}

function tellRoute(registered: Registered, told: WeakSet<object>): Registered {
  const [handler, route] = registered
  // Middleware is registered for all methods, mostly with a wildcard: it says nothing of the route.
  if (route.method === 'ALL' && route.path.endsWith('*')) return registered
  const telling: Handler = function (context, next) {
    guard('reading the route of hono', () => setHttpRoute(context.env?.incoming, route.path), undefined)
    return handler.call(this, context, next)
  }
  const replaced: Registered = [
    Object.defineProperties(telling, Object.getOwnPropertyDescriptors(handler)) as Handler,
    route,
  ]
  told.add(replaced)
  return replaced
}
