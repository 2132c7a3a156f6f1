import type { IncomingMessage } from 'node:http'
import {
  compareVersions,
  createHiddenSlot,
  guard,
  type HiddenSlot,
  type ModuleSource,
  onModuleLoad,
  type Stop,
  setHttpRoute,
  stopAll,
  wrapMethod,
} from '@clew/core'
import { joinPaths, type Path, pathText, putParams } from './path.ts'

type Request = IncomingMessage & { baseUrl?: string; params?: Readonly<Record<string, string | string[]>> }
type Next = (...args: unknown[]) => unknown
type Handle = (this: unknown, req: Request, res: unknown, out: Next) => unknown
type Dispatch = (this: { path: Path }, req: Request, res: unknown, done: Next) => unknown
type RouterClass = { handle: Handle }
type RouteClass = { prototype: { dispatch: Dispatch } }

/** The router that a request is in. */
type Mount = { baseUrl: string; template: string }

const root: Mount = { baseUrl: '', template: '' }
const channelSince = '2.3.0'

/**
 * Follows each request through Express 4 and through the `router` package below 2.3, which publish nothing: by
 * entering a router (`handle`) and a route (`dispatch`).
 */
export function wrapOlderRouters(express: ModuleSource): Stop {
  const mounts = createHiddenSlot<Mount>()
  const attach = (router: RouterClass, route: RouteClass): Stop[] => [
    wrapMethod('express', router, 'handle', (handle) => followMount(handle, mounts)),
    wrapMethod('express', route.prototype, 'dispatch', (dispatch) => tellRoute(dispatch, mounts)),
  ]
  const stops = [
    onModuleLoad<{ Router: RouterClass; Route: RouteClass }>(express, ({ Router, Route }, { version }) =>
      version.startsWith('4.') ? attach(Router, Route) : undefined,
    ),
    onModuleLoad<{ prototype: RouterClass; Route: RouteClass }>(
      { name: 'router', versions: { from: '0.0.0', below: '3.0.0' } },
      ({ prototype, Route }, { version }) => {
        const isKnown = compareVersions(version, '2.0.0') >= 0
        return isKnown && compareVersions(version, channelSince) < 0 ? attach(prototype, Route) : undefined
      },
    ),
  ]
  return () => stopAll(stops)
}

function followMount(handle: Handle, mounts: HiddenSlot<Mount>): Handle {
  return function (this: unknown, req, res, out) {
    const outer = mounts.get(req) ?? root
    const inner = guard('entering a router of express', () => mountOf(req, outer), outer)
    if (inner === outer) return handle.call(this, req, res, out)
    mounts.set(req, inner)
    return handle.call(this, req, res, function (this: unknown, ...args) {
      mounts.set(req, outer)
      return out.apply(this, args)
    })
  }
}

function mountOf(req: Request, outer: Mount): Mount {
  const baseUrl = req.baseUrl ?? ''
  if (baseUrl === outer.baseUrl) return outer
  const matched = baseUrl.slice(outer.baseUrl.length)
  return { baseUrl, template: outer.template + putParams(matched, req.params ?? {}) }
}

function tellRoute(dispatch: Dispatch, mounts: HiddenSlot<Mount>): Dispatch {
  return function (this: { path: Path }, req, res, done) {
    guard(
      'reading the route of express',
      () => setHttpRoute(req, joinPaths(mounts.get(req)?.template ?? '', pathText(this.path))),
      undefined,
    )
    return dispatch.call(this, req, res, done)
  }
}
