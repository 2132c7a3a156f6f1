import type { IncomingHttpHeaders } from 'node:http'
import { apiGlobal, rootContext } from '@clew/core'
import type { Context, TextMapGetter } from '@opentelemetry/api'

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
