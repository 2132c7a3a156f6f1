import type { IncomingHttpHeaders } from 'node:http'
import { apiGlobal, ROOT_CONTEXT } from '@clew/core'
import type { Context, TextMapGetter } from '@opentelemetry/api'

const headerGetter: TextMapGetter<IncomingHttpHeaders> = {
  get: (headers, name) => headers[name],
  keys: (headers) => Object.keys(headers),
}

/** The root context with what the caller sent: its trace, its baggage. What is malformed counts as not sent. */
export function parentContextOf(headers: IncomingHttpHeaders): Context {
  // Most requests from outside carry none of the propagators' headers, and extract is not free.
  const propagator = apiGlobal()?.propagation
  if (!propagator) return ROOT_CONTEXT
  for (const name of propagator.fields()) {
    if (headers[name] !== undefined) return propagator.extract(ROOT_CONTEXT, headers, headerGetter)
  }
  return ROOT_CONTEXT
}
