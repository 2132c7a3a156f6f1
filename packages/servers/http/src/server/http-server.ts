import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type IncomingMessage, ServerResponse } from 'node:http'
import {
  contextForWork,
  contextWithSpan,
  enterContext,
  type Fields,
  guard,
  type Runtime,
  rootContext,
  SpanKind,
  type Stop,
  trackHttpRequest,
} from '@clew/core'
import type { Context, Span } from '@opentelemetry/api'
import { keepContextOfMessages } from '../message-events.ts'
import { methodName } from '../method.ts'
import type { HttpOptions, options as specs } from '../options.ts'
import { fieldsFromBaggage } from '../propagated-fields.ts'
import { createQueryRedactor } from '../redact-query.ts'
import { hasTraceId } from '../trace-id.ts'
import { describeReceived, parseTarget } from './attributes.ts'
import { keepContextOfConnections } from './connection-events.ts'
import { createPathTest } from './ignored-path.ts'
import { parentContextOf } from './parent-context.ts'
import { requestIdOf } from './request-id.ts'
import { ServerRequest, serverRequestOf } from './server-request.ts'

/** https://nodejs.org/api/diagnostics_channel.html#event-httpserverrequeststart */
type RequestStart = { request: IncomingMessage; response: ServerResponse }

const requestStart = 'http.server.request.start'

/** Begins a context and a span for each request at Node's own channel; both last until the response is closed. */
export function startServer({ tracer, options }: Runtime<typeof specs>): Stop {
  const redact = createQueryRedactor(options.redactQuery)
  const isIgnored = createPathTest(options.ignorePaths)

  const takeIn = ({ request, response }: RequestStart): Context => {
    const parent = parentContextOf(request.headers)
    const fields = fieldsOfRequest(request, parent, options)
    const work = contextForWork(parent, fields)
    const method = methodName(request.method ?? '')
    const span = isIgnored(parseTarget(request.url ?? '/').path)
      ? undefined
      : tracer.startSpan(
          method,
          { kind: SpanKind.SERVER, attributes: describeReceived(request, redact) },
          parent,
        )
    const context = span ? contextWithSpan(work, span) : work
    trackHttpRequest(request, new ServerRequest(context, span, method, response))
    setResponseHeaders(response, fields, span, options)
    return context
  }
  // A failure must not leave the request in the context of the one before it on the connection.
  const onStart = (message: unknown): void =>
    enterContext(guard('taking in an HTTP request', () => takeIn(message as RequestStart), rootContext))

  const stops = [
    keepContextOfMessages(ServerResponse.prototype, (response) =>
      serverRequestOf((response as ServerResponse).req),
    ),
    keepContextOfConnections(),
  ]
  subscribe(requestStart, onStart)
  return () => {
    unsubscribe(requestStart, onStart)
    for (const stop of stops) stop()
  }
}

function fieldsOfRequest(request: IncomingMessage, parent: Context, options: HttpOptions): Fields {
  const requestId = { request_id: requestIdOf(request.headers) }
  const sent = fieldsFromBaggage(parent, options.propagateFields)
  return sent ? { ...requestId, ...sent } : requestId
}

function setResponseHeaders(
  response: ServerResponse,
  fields: Fields,
  span: Span | undefined,
  options: HttpOptions,
): void {
  if (options.respondRequestId) response.setHeader('x-request-id', String(fields.request_id))
  if (!options.respondTraceId || !span || !hasTraceId(span)) return
  const { traceId, spanId, traceFlags } = span.spanContext()
  // https://www.w3.org/TR/trace-context-2/#traceresponse-header
  response.setHeader('traceresponse', `00-${traceId}-${spanId}-${traceFlags & 1 ? '01' : '00'}`)
}
