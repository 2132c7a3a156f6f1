import { createHiddenSlot, type Runtime, type Stop } from '@clew/core'
import type { Attributes, TextMapSetter } from '@opentelemetry/api'
import type { options as specs } from '../options.ts'
import { createQueryRedactor, type QueryRedactor, redactTarget } from '../redact-query.ts'
import { ClientSpan, callerContext } from './client-span.ts'
import { describeUrl } from './describe-url.ts'
import { subscribeAll } from './http-client.ts'
import { injectSpan } from './inject.ts'
import { keepCallersOfUndici } from './undici-callbacks.ts'

/** https://undici.nodejs.org/#/docs/api/DiagnosticsChannel */
type UndiciRequest = {
  origin: string | URL
  path: string
  method: string
  /** Name, value, name, value; in undici 5 one text. */
  headers: readonly unknown[] | string
  /** The protocol to upgrade to, such as `websocket`. */
  upgrade?: string | null
  addHeader(name: string, value: string): unknown
}

const headerSetter: TextMapSetter<UndiciRequest> = {
  set: (request, name, value) => {
    request.addHeader(name, value)
  },
}

/** A client span for each request by the global `fetch` and by the undici package: they share their channels. */
export function startFetch({ tracer, options }: Runtime<typeof specs>): Stop {
  const redact = createQueryRedactor(options.redactQuery)
  const spans = createHiddenSlot<ClientSpan>()
  const callers = keepCallersOfUndici()
  const stops = subscribeAll<{ request: UndiciRequest }>({
    'undici:request:create': ({ request }) => {
      callers.remember(request)
      const caller = callerContext()
      // An upgraded connection has no end that undici tells.
      if (!caller || request.upgrade || request.method === 'CONNECT') return
      const span = new ClientSpan(tracer, caller, request.method, describeTarget(request, redact))
      spans.set(request, span)
      if (!hasTraceparent(request.headers)) {
        injectSpan(span, options.propagateFields, request, headerSetter)
      }
    },
    'undici:request:headers': (message) => {
      const { request, response } = message as { request: object; response: { statusCode: number } }
      spans.get(request)?.responded(response.statusCode)
    },
    'undici:request:trailers': ({ request }) => spans.get(request)?.end(),
    'undici:request:error': (message) => {
      const { request, error } = message as { request: object; error: unknown }
      spans.get(request)?.end(error)
    },
  })
  stops.push(callers.stop)
  return () => {
    for (const stop of stops) stop()
  }
}

function hasTraceparent(headers: readonly unknown[] | string): boolean {
  if (typeof headers === 'string') return /(^|\n)traceparent:/i.test(headers)
  for (let i = 0; i < headers.length; i += 2) {
    if (String(headers[i]).toLowerCase() === 'traceparent') return true
  }
  return false
}

function describeTarget({ origin, path }: UndiciRequest, redact: QueryRedactor): Attributes {
  const { protocol, host } = typeof origin === 'string' ? new URL(origin) : origin
  return describeUrl(protocol, host, redactTarget(path, redact))
}
