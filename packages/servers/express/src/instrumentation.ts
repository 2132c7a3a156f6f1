import type { Instrumentation } from '@clew/core'
import manifest from '@clew/express/package.json' with { type: 'json' }
import { wrapOlderRouters } from './older-routers.ts'
import { followRouterChannel } from './router-channel.ts'

/** Tells the server span of `@clew/http` the route, with the paths of all mounts. */
export const expressInstrumentation: Instrumentation = {
  name: 'express',
  version: manifest.version,
  library: { name: 'express', versions: { from: '4.16.0', below: '6.0.0' } },
  seam: 'express.router.request channel; before router 2.3 Router.handle and Route.dispatch',
  start: () => {
    const stops = [followRouterChannel(), wrapOlderRouters()]
    return () => {
      for (const stop of stops) stop()
    }
  },
}
