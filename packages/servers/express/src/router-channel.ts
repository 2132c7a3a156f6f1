import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { createHiddenSlot, guard, type Stop, setHttpRoute } from '@clew/core'
import { mountTemplate } from './mount-template.ts'
import { joinPaths, type Path, pathText } from './path.ts'

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

const start = 'tracing:express.router.request:start'

/** Follows each request through routers 2.3 and later, by their TracingChannel. */
export function followRouterChannel(): Stop {
  const progress = createHiddenSlot<Progress>()

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
  const begin = (req: object): Progress => {
    const known: Progress = { route: undefined, templates: undefined }
    progress.set(req, known)
    return known
  }
  const onStart = (message: unknown): void =>
    guard('following the express router', () => follow(message as RouterMessage), undefined)
  subscribe(start, onStart)
  return () => unsubscribe(start, onStart)
}

// Of a route with several paths, the pattern is the one that matched.
function matchedPath(path: Path, pattern: string | RegExp): string {
  return pathText(Array.isArray(path) && path.includes(pattern) ? pattern : path)
}
