import type { IncomingMessage } from 'node:http'
import { activeContext, endSpan, isTracingSuppressed, SpanKind, SpanStatusCode, spanOf } from '@clew/core'
import type { Attributes, Context, Span, Tracer } from '@opentelemetry/api'
import type { Exchange } from '../message-events.ts'
import { knownMethod, methodName } from '../method.ts'
import { hasTraceId } from '../trace-id.ts'

/**
 * The context of a caller whose outgoing requests are to be seen: one with a span, and not suppressed. Without a
 * parent, each poll of a timer would make a trace of its own.
 */
export function callerContext(): Context | undefined {
  const context = activeContext()
  const span = spanOf(context)
  if (!span || !hasTraceId(span) || isTracingSuppressed(context)) return undefined
  return context
}

/** A client span, from the making of the request until its response has been read, has failed or was given up. */
export class ClientSpan implements Exchange {
  readonly span: Span
  /** The caller's: listeners do not run inside the client span. */
  readonly context: Context
  #response: IncomingMessage | undefined
  #ended = false

  constructor(tracer: Tracer, caller: Context, method: string, target: Attributes) {
    this.context = caller
    this.span = tracer.startSpan(
      methodName(method),
      { kind: SpanKind.CLIENT, attributes: describeSent(method, target) },
      caller,
    )
  }

  /** https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span */
  responded(statusCode: number, response?: IncomingMessage): void {
    if (this.#ended) return
    this.#response = response
    this.span.setAttribute('http.response.status_code', statusCode)
    if (statusCode < 400) return
    this.span.setAttribute('error.type', String(statusCode))
    this.span.setStatus({ code: SpanStatusCode.ERROR })
  }

  closed(message: object): void {
    const response = this.#response
    if (message === response) this.end(response.errored ?? undefined)
    // The request of a broken response is closed first, and only the response knows the error.
    else if (!response || response.complete) this.end()
  }

  /** Ends the span, as failed when there is an error; later calls do nothing. */
  end(error?: unknown): void {
    if (this.#ended) return
    this.#ended = true
    endSpan(this.span, error)
  }
}

function describeSent(method: string, target: Attributes): Attributes {
  const known = knownMethod(method)
  const attributes: Attributes = { 'http.request.method': known, ...target }
  if (known !== method) attributes['http.request.method_original'] = method
  return attributes
}
