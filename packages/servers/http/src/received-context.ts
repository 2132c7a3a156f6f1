import type { IncomingHttpHeaders } from 'node:http'
import { apiGlobal, type Fields, recordScopeOf, rootContext } from '@clew/core'
import type { Context, TextMapGetter, TextMapPropagator } from '@opentelemetry/api'
import { type HeaderAccess, textOf, valueIn } from './outgoing-headers.ts'
import { fieldsFromBaggage } from './propagated-fields.ts'
import { makeUuid } from './uuid.ts'

const headerGetter: TextMapGetter<IncomingHttpHeaders> = {
  get: (headers, name) => headers[name],
  keys: (headers) => Object.keys(headers),
}

/** The root context with what the caller sent: its trace, its baggage. What is malformed counts as not sent. */
export function parentContextOf(headers: IncomingHttpHeaders): Context {
  // Most requests from outside carry none of the propagators' headers, and extract is not free.
  const propagator = apiGlobal()?.propagation
  if (!propagator) return rootContext
  for (const name of headerNames(propagator)) {
    if (headers[name] !== undefined) return propagator.extract(rootContext, headers, headerGetter)
  }
  return rootContext
}

let known: TextMapPropagator | undefined
let names: readonly string[] = []

// Most propagators make a new array each time they are asked.
function headerNames(propagator: TextMapPropagator): readonly string[] {
  if (propagator !== known) {
    known = propagator
    names = propagator.fields()
  }
  return names
}

/**
 * Takes off an outgoing request the propagator's headers that are those of the request which its caller answers: who
 * passes on all headers, as a gateway does, has not set them. `origin` of the caller's scope are the raw headers, which
 * nobody changes on the way, as some change `headers`.
 */
export function dropPassedOn<Request>(
  caller: Context,
  request: Request,
  headers: HeaderAccess<Request>,
): void {
  const received = recordScopeOf(caller)?.origin
  const propagator = apiGlobal()?.propagation
  if (!Array.isArray(received) || !propagator) return
  for (const name of headerNames(propagator)) {
    const value = headers.get(request, name)
    if (value !== undefined && value === valueIn(received, name)) headers.delete(request, name)
  }
}

/** Whether this header is one of those that `dropPassedOn` takes off. `name` in any case. */
export function isPassedOn(caller: Context, name: string, value: unknown): boolean {
  const propagator = apiGlobal()?.propagation
  const field = name.toLowerCase()
  if (!propagator || !headerNames(propagator).includes(field)) return false
  const received = recordScopeOf(caller)?.origin
  return Array.isArray(received) && textOf(value) === valueIn(received, field)
}

const safeId = /^[\x21-\x7e]{1,128}$/

/** The caller's `x-request-id` when it is 1 to 128 visible ASCII characters, else a new UUID. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && safeId.test(given) ? given : makeUuid()
}

/** The request id, and the allow-listed fields of the caller. */
export function fieldsOf(
  headers: IncomingHttpHeaders,
  parent: Context,
  propagateFields: readonly string[],
): Fields {
  const requestId = { request_id: requestIdOf(headers) }
  const sent = fieldsFromBaggage(parent, propagateFields)
  return sent ? { ...requestId, ...sent } : requestId
}
