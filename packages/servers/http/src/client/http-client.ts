import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { ClientRequest, type IncomingMessage } from 'node:http'
import { createHiddenSlot, guard, type Runtime, type Stop } from '@clew/core'
import type { Attributes, TextMapSetter } from '@opentelemetry/api'
import { keepContextOfMessages } from '../message-events.ts'
import type { options as specs } from '../options.ts'
import { createQueryRedactor, type QueryRedactor, redactTarget } from '../redact-query.ts'
import { ClientSpan, callerContext } from './client-span.ts'
import { describeUrl } from './describe-url.ts'
import { injectSpan } from './inject.ts'

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
export function startClient({ tracer, options }: Runtime<typeof specs>): Stop {
  const redact = createQueryRedactor(options.redactQuery)
  const handlers: Record<string, (message: { request: ClientRequest }) => void> = {
    'http.client.request.created': ({ request }) => {
      const caller = callerContext()
      if (!caller) return
      const span = new ClientSpan(tracer, caller, request.method, describeTarget(request, redact))
      spans.set(request, span)
      // Headers given as an array are written already.
      if (request.headersSent || request.hasHeader('traceparent')) return
      injectSpan(span, options.propagateFields, request, headerSetter)
    },
    'http.client.response.finish': (message) => {
      const { request, response } = message as { request: ClientRequest; response: IncomingMessage }
      const span = spans.get(request)
      if (!span) return
      spans.set(response, span)
      span.responded(response.statusCode ?? 0, response)
    },
    'http.client.request.error': (message) => {
      const { request, error } = message as { request: ClientRequest; error: unknown }
      spans.get(request)?.end(error)
    },
  }
  const stops = subscribeAll(handlers)
  stops.push(keepContextOfMessages(ClientRequest.prototype, clientSpanOf))
  return () => {
    for (const stop of stops) stop()
  }
}

/** Subscribes handlers by channel; what one throws is reported. */
export function subscribeAll<Message>(handlers: Record<string, (message: Message) => void>): Stop[] {
  return Object.entries(handlers).map(([channel, handle]) => {
    const guarded = (message: unknown): void => guard(channel, () => handle(message as Message), undefined)
    subscribe(channel, guarded)
    return () => unsubscribe(channel, guarded)
  })
}

function describeTarget(request: ClientRequest, redact: QueryRedactor): Attributes {
  const { protocol, host, path } = request
  const header = request.getHeader('host')
  return describeUrl(
    protocol,
    typeof header === 'string' && header ? header : host,
    redactTarget(path, redact),
  )
}
