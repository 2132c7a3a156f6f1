import type { IncomingMessage } from 'node:http'
import {
  contextWithSpan,
  endSpan,
  injectContext,
  isTracingSuppressed,
  SpanKind,
  SpanStatusCode,
  spanContextOf,
} from '@clew/core'
import type { Context, Span, TextMapSetter, Tracer } from '@opentelemetry/api'
import { describeSent, methodName, type QueryRedactor, type SentRequest } from './attributes.ts'
import type { Exchange } from './message-events.ts'
import { contextWithFieldsInBaggage } from './propagated-fields.ts'

/**
 * Why the requests of a caller get no span: tracing is suppressed, or there is no trace to be part of, where each poll
 * of a timer would make one of its own.
 */
export type Untraced = 'suppressed' | 'no-trace'

export function whyUntraced(caller: Context): Untraced | undefined {
  if (isTracingSuppressed(caller)) return 'suppressed'
  return spanContextOf(caller) ? undefined : 'no-trace'
}

/** Why a request with a span does not take it along. */
export type NotPropagated =
  /** Its headers were written before anybody could add to them. */
  | 'headers-sent'
  /** The application has set its own. */
  | 'own-traceparent'

/** A client span, from the making of the request until its response has been read, has failed or was given up. */
export class ClientSpan implements Exchange {
  readonly #span: Span
  /** The caller's: listeners do not run inside the client span. */
  readonly context: Context
  #response: IncomingMessage | undefined
  #ended = false

  constructor(tracer: Tracer, caller: Context, request: SentRequest, redact: QueryRedactor) {
    this.context = caller
    this.#span = tracer.startSpan(
      methodName(request.method),
      { kind: SpanKind.CLIENT, attributes: describeSent(request, redact) },
      caller,
    )
  }

  /** Writes the headers that join the receiver to the chain. */
  propagate<Carrier>(fields: readonly string[], carrier: Carrier, setter: TextMapSetter<Carrier>): void {
    const sent = contextWithSpan(contextWithFieldsInBaggage(this.context, fields), this.#span)
    injectContext(sent, carrier, setter)
  }

  /** Says on the span why the chain ends here. */
  notPropagated(reason: NotPropagated): void {
    this.#span.setAttribute('clew.propagation.omitted', reason)
  }

  /** https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span */
  responded(statusCode: number, response?: IncomingMessage): void {
    if (this.#ended) return
    this.#response = response
    this.#span.setAttribute('http.response.status_code', statusCode)
    if (statusCode < 400) return
    this.#span.setAttribute('error.type', String(statusCode))
    this.#span.setStatus({ code: SpanStatusCode.ERROR })
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
    endSpan(this.#span, error)
  }
}
