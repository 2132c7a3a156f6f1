import type { Context } from '@opentelemetry/api'
import { createHiddenSlot } from '../process/hidden-slot.ts'
import { sharedState } from '../process/state.ts'

/** A request that a server of this process is answering. */
export type HttpRequest = {
  /** With its server span and record scope. */
  readonly context: Context
  /** The low-cardinality path that a framework matched, such as `/orders/:id`; the server span gets it at its end. */
  route: string | undefined
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
 * to a request around it.
 */
export function httpRequestOf(request: object): HttpRequest | undefined {
  return requests.get(request)
}

/** Tells the server span of `request` its route; the last call counts. Does nothing for an unknown request. */
export function setHttpRoute(request: object, route: string): void {
  const entry = httpRequestOf(request)
  if (entry) entry.route = route
}
