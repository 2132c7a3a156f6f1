import { ClientRequest, type IncomingMessage } from 'node:http'
import {
  activeContext,
  createHiddenSlot,
  type Runtime,
  type Stop,
  stopAll,
  subscribeChannel,
} from '@clew/core'
import type { TextMapSetter } from '@opentelemetry/api'
import { createQueryRedactor, describeSent, type SentRequest } from './attributes.ts'
import { type ClientSpan, type NotPropagated, startClientSpan } from './client-span.ts'
import { keepContextOfMessages } from './message-events.ts'
import type { options as specs } from './options.ts'

// Of requests and of their responses.
const spans = createHiddenSlot<ClientSpan>()

const headerSetter: TextMapSetter<ClientRequest> = {
  set: (request, name, value) => {
    request.setHeader(name, value)
  },
}

/** The client span of an outgoing request or of its response. */
export function clientSpanOf(message: object): ClientSpan | undefined {
  return spans.get(message)
}

/**
 * A client span for each request by `node:http` and `node:https`.
 * https://nodejs.org/api/diagnostics_channel.html#http
 */
export function startHttpClient({ tracer, options }: Runtime<typeof specs>): Stop {
  const redact = createQueryRedactor(options.redactQuery)
  const created = (request: ClientRequest): void => {
    const span = startClientSpan(tracer, activeContext(), () => describeSent(sentBy(request), redact))
    if (!span) return
    spans.set(request, span)
    const reason = whyNotPropagated(request)
    if (reason) span.notPropagated(reason)
    else span.propagate(options.propagateFields, request, headerSetter)
  }
  const stops = [
    subscribeChannel<{ request: ClientRequest }>('http.client.request.created', ({ request }) => {
      created(request)
    }),
    subscribeChannel<{ request: ClientRequest; response: IncomingMessage }>(
      'http.client.response.finish',
      ({ request, response }) => {
        const span = spans.get(request)
        if (!span) return
        spans.set(response, span)
        span.responded(response.statusCode ?? 0, response)
      },
    ),
    subscribeChannel<{ request: ClientRequest; error: unknown }>(
      'http.client.request.error',
      ({ request, error }) => spans.get(request)?.end(error),
    ),
    keepContextOfMessages(ClientRequest.prototype, clientSpanOf),
  ]
  return () => stopAll(stops)
}

function sentBy(request: ClientRequest): SentRequest {
  const { method, protocol, path: target } = request
  const header = request.getHeader('host')
  return { method, protocol, host: typeof header === 'string' && header ? header : request.host, target }
}

// Headers that were given as an array are written already.
function whyNotPropagated(request: ClientRequest): NotPropagated | undefined {
  if (request.headersSent) return 'headers-sent'
  return request.hasHeader('traceparent') ? 'own-traceparent' : undefined
}
