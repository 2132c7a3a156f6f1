import {
  type Attached,
  addRouteSource,
  compareVersions,
  type Instrumentation,
  onModuleLoad,
  type Stop,
  stopAll,
} from '@clew/core'
import manifest from '@clew/express/package.json' with { type: 'json' }
import { followLayers, routeBeforeItsLayer } from './progress.ts'
import { noteRegistrations, type RouterMethods } from './registration.ts'

const library = { name: 'express', versions: { from: '4.16.0', below: '6.0.0' } } as const
/** The router of Express 5 is a package of its own. */
const router = { name: 'router', versions: { from: '0.0.0', below: '3.0.0' } } as const

/** Tells the server span of `@clew/http` the route, with the paths of all mounts. */
export const expressInstrumentation: Instrumentation = {
  name: 'express',
  version: manifest.version,
  library,
  seam: 'Router.use and Router.route, Layer.handleRequest',
  start: () => {
    const stops = [
      onModuleLoad<{ Router: RouterMethods }>(library, ({ Router }, { version }) =>
        version.startsWith('4.') ? followRouter(Router) : undefined,
      ),
      onModuleLoad<{ prototype: RouterMethods }>(router, ({ prototype }, { version }) =>
        compareVersions(version, '2.0.0') >= 0 ? followRouter(prototype) : undefined,
      ),
      addRouteSource(routeBeforeItsLayer as (request: object) => string | undefined),
    ]
    return () => stopAll(stops)
  },
}

function followRouter(methods: RouterMethods): Attached {
  let unfollow: Stop | undefined
  return [
    noteRegistrations(methods, (layer) => {
      unfollow ??= followLayers(layer)
    }),
    () => unfollow?.(),
  ]
}
