import type { IncomingMessage } from 'node:http'
import {
  createHiddenSlot,
  type Instrumentation,
  type Stop,
  setHttpRoute,
  stopAll,
  subscribeChannel,
} from '@clew/core'
import manifest from '@clew/express/package.json' with { type: 'json' }
import { wrapOlderRouters } from './older-routers.ts'
import { joinPaths, mountTemplate, type Path, pathText } from './path.ts'

const library = { name: 'express', versions: { from: '4.16.0', below: '6.0.0' } } as const

/** Tells the server span of `@clew/http` the route, with the paths of all mounts. */
export const expressInstrumentation: Instrumentation = {
  name: 'express',
  version: manifest.version,
  library,
  seam: 'express.router.request channel; before router 2.3 Router.handle and Route.dispatch',
  start: () => {
    const stops = [followRouterChannel(), wrapOlderRouters(library)]
    return () => stopAll(stops)
  },
}

/** https://github.com/pillarjs/router#diagnostics */
type RouterMessage = {
  req: IncomingMessage & { baseUrl: string; route?: { path: Path } }
  /** The pattern that matched: of the route, the middleware or the mount. */
  route?: string | RegExp
  /** There for a callback of `router.param()`. */
  param?: string
}

type Progress = {
  /** The route that was told last. */
  route: object | undefined
  /** Patterns by the URL prefix that they matched: `/users/42` → `/users/:id`. */
  templates: Map<string, string> | undefined
}

/** Follows each request through routers 2.3 and later, by their TracingChannel. */
function followRouterChannel(): Stop {
  const progress = createHiddenSlot<Progress>()
  const begin = (req: object): Progress => {
    const known: Progress = { route: undefined, templates: undefined }
    progress.set(req, known)
    return known
  }
  const follow = ({ req, route: pattern = '/', param }: RouterMessage): void => {
    let known = progress.get(req)
    if (req.route && req.route !== known?.route) {
      known ??= begin(req)
      known.route = req.route
      const prefix = known.templates?.get(req.baseUrl) ?? req.baseUrl
      setHttpRoute(req, joinPaths(prefix, matchedPath(req.route.path, pattern)))
    } else if (pattern !== '/' && param === undefined && req.baseUrl) {
      known ??= begin(req)
      known.templates ??= new Map()
      known.templates.set(req.baseUrl, mountTemplate(req.baseUrl, pattern, known.templates))
    }
  }
  return subscribeChannel('tracing:express.router.request:start', follow)
}

// Of a route with several paths, the pattern is the one that matched.
function matchedPath(path: Path, pattern: string | RegExp): string {
  return pathText(Array.isArray(path) && path.includes(pattern) ? pattern : path)
}
