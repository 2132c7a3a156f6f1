import type { IncomingMessage } from 'node:http'
import { httpRequestOf, reportThrown, type Stop, wrapMethod } from '@clew/core'
import { pathOfTarget } from './path.ts'
import type { Pattern } from './pattern.ts'
import { type Layer, patterns, type Route } from './registration.ts'

type Request = IncomingMessage & { url: string; baseUrl?: string; route?: Route }
type Next = (...args: unknown[]) => unknown
type HandleRequest = (this: Layer, req: Request, res: unknown, next: Next) => unknown

/** A router that a request is in: one call of its `handle`, whose layers all get the same `next`. */
class Visit {
  readonly next: Next
  /** The visit of the router around it. */
  readonly outer: Visit | undefined
  /** Of the layer that is at work, as are the two after it. */
  router: object | undefined
  baseUrl = ''
  /** What the routes of routers below begin with. */
  template = ''

  constructor(next: Next, outer: Visit | undefined) {
    this.next = next
    this.outer = outer
  }
}

/** Follows requests through the layers of the class that `layer` is one of: 5 names the method in another way than 4. */
export function followLayers(layer: Layer): Stop {
  const prototype = Object.getPrototypeOf(layer) as Record<string, HandleRequest>
  const name = 'handleRequest' in prototype ? 'handleRequest' : 'handle_request'
  return wrapMethod(
    'express',
    prototype,
    name,
    (handleRequest) =>
      function (req, res, next) {
        const pattern = patterns.get(this)
        if (pattern !== undefined) {
          try {
            enter(pattern, this.route, req, next)
          } catch (error) {
            reportThrown('following a request through express', error)
          }
        }
        return handleRequest.call(this, req, res, next)
      },
  )
}

function enter(pattern: Pattern, route: Route | undefined, req: Request, next: Next): void {
  const request = httpRequestOf(req)
  if (!request) return
  const last = request.progress as Visit | undefined
  const visit = visitWith(next, last) ?? new Visit(next, last)
  request.progress = visit
  const { outer } = visit
  const baseUrl = req.baseUrl ?? ''
  // Without a visit around it, whoever mounted the router is no layer that we saw registered.
  const prefix = outer ? outer.template : route ? baseUrl : ''
  const path = pattern.isChoice
    ? baseUrl.slice(outer?.baseUrl.length ?? 0) + pathOfTarget(req.url)
    : undefined
  const template = pattern.below(prefix, path)
  visit.router = pattern.router
  visit.baseUrl = baseUrl
  visit.template = route ? prefix : template
  if (route && answers(route, req.method)) request.route = template || '/'
}

// A layer of a router around the last one means that the last one was left.
function visitWith(next: Next, last: Visit | undefined): Visit | undefined {
  let visit = last
  while (visit !== undefined && visit.next !== next) visit = visit.outer
  return visit
}

/** A HEAD is led to every route of its path. */
function answers({ methods }: Route, method: string | undefined): boolean {
  return method !== 'HEAD' || methods.head === true || methods.get === true || methods._all === true
}

/**
 * The route that was matched and not come to: a callback of `param()` has answered or failed. Of several paths it names
 * all.
 */
export function routeBeforeItsLayer(req: Request): string | undefined {
  const { route, baseUrl = '' } = req
  const pattern = route && patterns.get(route)
  if (!pattern || !answers(route, req.method)) return undefined
  const visit = httpRequestOf(req)?.progress as Visit | undefined
  if (!visit) return pattern.below(baseUrl, undefined) || '/'
  const around = visit.router === pattern.router ? visit.outer : visit
  return pattern.below(around?.template ?? '', undefined) || '/'
}
