import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { apiGlobal, type Fields, rootContext } from '@clew/core'
import type { Context, TextMapGetter } from '@opentelemetry/api'
import { fieldsFromBaggage } from './propagated-fields.ts'

const headerGetter: TextMapGetter<IncomingHttpHeaders> = {
  get: (headers, name) => headers[name],
  keys: (headers) => Object.keys(headers),
}

/** The root context with what the caller sent: its trace, its baggage. What is malformed counts as not sent. */
export function parentContextOf(headers: IncomingHttpHeaders): Context {
  // Most requests from outside carry none of the propagators' headers, and extract is not free.
  const propagator = apiGlobal()?.propagation
  if (!propagator) return rootContext
  for (const name of propagator.fields()) {
    if (headers[name] !== undefined) return propagator.extract(rootContext, headers, headerGetter)
  }
  return rootContext
}

const safeId = /^[\x21-\x7e]{1,128}$/

/** The caller's `x-request-id` when it is 1 to 128 visible ASCII characters, else a new UUID. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && safeId.test(given) ? given : randomUUID()
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
