import {
  addRouteSource,
  createHiddenSlot,
  guard,
  type Instrumentation,
  onModuleLoad,
  stopAll,
  wrapMethod,
} from '@clew/core'
import manifest from '@clew/koa/package.json' with { type: 'json' }

/** https://github.com/koajs/router/blob/master/API.md */
type Layer = { path: string | RegExp; methods: readonly string[] }
type Context = {
  req: object
  method: string
  /** The layers of all routers so far whose path fits. */
  matched?: readonly Layer[]
  /** The path of the layer that runs. */
  routerPath?: unknown
  /** What koa-mount took from the path. */
  mountPath?: unknown
  path: string
  originalUrl: string
}
type Dispatch = (context: Context, next: unknown) => unknown
type Router = { prototype: Record<'routes' | 'middleware', (this: unknown) => Dispatch> }
type RouterModule = Router | { Router?: Router; default?: Router }

/** The routers of Koa, packages of their own. */
const routers = [
  { name: '@koa/router', esModule: 'dist/index.mjs', versions: { from: '9.0.0', below: '16.0.0' } },
  { name: 'koa-router', esModule: 'dist/index.mjs', versions: { from: '9.0.0', below: '16.0.0' } },
] as const

/** Tells the server span of `@clew/http` the route. */
export const koaInstrumentation: Instrumentation = {
  name: 'koa',
  version: manifest.version,
  library: { name: 'koa', versions: { from: '2.0.0', below: '4.0.0' } },
  seam: 'routes() of @koa/router',
  start: () => {
    const contexts = createHiddenSlot<{ context: Context; mountPath: string }>()
    // Whoever tries a router by itself hands it a context without a request.
    const note = (context: Context): void => {
      const { req } = context
      if (typeof req !== 'object' || req === null) return
      contexts.set(req, { context, mountPath: mountPathOf(context) })
    }
    const stops = [
      addRouteSource((request) => {
        const entry = contexts.get(request)
        return entry && routeOf(entry.context, entry.mountPath)
      }),
      ...routers.map((source) =>
        onModuleLoad<RouterModule>(source, (exports) => noteContexts(routerOf(exports), note)),
      ),
    ]
    return () => stopAll(stops)
  },
}

function routerOf(exports: RouterModule): Router {
  if ('prototype' in exports) return exports
  return (exports.Router ?? exports.default)!
}

function noteContexts({ prototype }: Router, note: (context: Context) => void) {
  const noting =
    (routes: () => Dispatch) =>
    (router: unknown): Dispatch => {
      const dispatch = routes.call(router)
      const noted: Dispatch = (context, next) => {
        guard('following a request through Koa', () => note(context), undefined)
        return dispatch(context, next)
      }
      // Routers know each other by `dispatch.router`.
      return Object.defineProperties(noted, Object.getOwnPropertyDescriptors(dispatch)) as Dispatch
    }
  return (['middleware', 'routes'] as const).map((name) =>
    wrapMethod('koa', prototype, name, (routes) => {
      const wrapped = noting(routes)
      return function (this: unknown) {
        return wrapped(this)
      }
    }),
  )
}

// koa-mount leaves it there when it has passed the request on with its whole path.
function mountPathOf({ mountPath, path, originalUrl }: Context): string {
  if (typeof mountPath !== 'string') return ''
  const isTaken = !path.startsWith(mountPath) || originalUrl.split('?', 1)[0]!.endsWith(mountPath + path)
  return isTaken ? mountPath : ''
}

/** The route whose handler ran last; where none ran because a middleware answered, the first that fits. */
function routeOf({ method, matched, routerPath }: Context, mountPath: string): string | undefined {
  const routes = matched?.filter(({ methods }) => methods.includes(method)) ?? []
  const route = routes.findLast(({ path }) => path === routerPath) ?? routes[0]
  return route && mountPath + String(route.path)
}
