import type { Context } from '@opentelemetry/api'
import { createHiddenSlot } from '../process/hidden-slot.ts'
import { guard } from '../process/report.ts'
import { sharedState } from '../process/state.ts'
import type { Stop } from './instrumentation.ts'

/** A request that a server of this process is answering. */
export type HttpRequest = {
  /** With its server span and record scope. */
  readonly context: Context
  /**
   * The low-cardinality path that a framework matched, such as `/orders/:id`; the server span gets it at its end. `null`:
   * none, as what was matched answers that there is nothing.
   */
  route: string | null | undefined
  /** What a framework turned into its answer; an exception of the server span when that answer is a 5xx. */
  error?: unknown
  /** What a framework's instrumentation notes of its way through the request. */
  progress?: unknown
}

/** By the request object of the server that runs it. */
const requests = sharedState('HTTP requests', createHiddenSlot<HttpRequest>)

/** For the server's instrumentation: makes a request known to the frameworks above it. */
export function trackHttpRequest(request: object, entry: HttpRequest): void {
  requests.set(request, entry)
}

/**
 * What is known of a request by its `IncomingMessage` (or HTTP/2 stream), `undefined` when no instrumented server took
 * it in. By the object, not by the active context: a framework's hook may run in a context that was lost or belongs
 * to a request around it. Whatever else is given is no request.
 */
export function httpRequestOf(request: unknown): HttpRequest | undefined {
  return typeof request === 'object' && request ? requests.get(request) : undefined
}

/** Tells the server span of `request` its route; the last call counts. Does nothing for an unknown request. */
export function setHttpRoute(request: unknown, route: string): void {
  const entry = httpRequestOf(request)
  if (entry) entry.route = route
}

const ownServers = sharedState('own HTTP servers', createHiddenSlot<true>)

/** Marks a `http.Server` of ours: its requests are none of the application's and become no spans. */
export function hideServer(server: object): void {
  ownServers.set(server, true)
}

/** Whether `hideServer` was called with it. */
export function isHiddenServer(server: object): boolean {
  return ownServers.get(server) === true
}

/** Finds the route of a request that has ended and of which no route was told. */
export type RouteSource = (request: object) => string | undefined

const sources = sharedState('route sources', () => new Set<RouteSource>())

/** For a framework that calls nothing of ours on some of its ways: `find` is asked at the end of a request. */
export function addRouteSource(find: RouteSource): Stop {
  sources.add(find)
  return () => {
    sources.delete(find)
  }
}

/** The route that was told, else what the first source finds. Never throws. */
export function httpRouteOf(request: object): string | undefined {
  const told = httpRequestOf(request)?.route
  if (told !== undefined || sources.size === 0) return told ?? undefined
  for (const find of sources) {
    const found = guard('finding the route of a request', () => find(request), undefined)
    if (found !== undefined) return found
  }
  return undefined
}
