import type { IncomingMessage } from 'node:http'
import {
  injectContext,
  type Operation,
  type SpanDescription,
  SpanStatusCode,
  startOperation,
} from '@clew/core'
import type { Context, Span, TextMapSetter, Tracer } from '@opentelemetry/api'
import type { Exchange } from './message-events.ts'
import { contextWithFieldsInBaggage } from './propagated-fields.ts'

/** Why a request with a span does not take it along. */
export type NotPropagated =
  /** Its headers were written before anybody could add to them. */
  | 'headers-sent'
  /** The application has set its own. */
  | 'own-traceparent'

/** The span of a request, where startOperation of core makes one. */
export function startClientSpan(
  tracer: Tracer,
  caller: Context,
  describe: () => SpanDescription | undefined,
): ClientSpan | undefined {
  const operation = startOperation(tracer, caller, describe)
  return operation.span && new ClientSpan(operation, operation.span)
}

/** A client span, from the making of the request until its response has been read, has failed or was given up. */
export class ClientSpan implements Exchange {
  /** The caller's: listeners do not run inside the client span. */
  readonly context: Context
  /** Ends the span, as failed when there is an error; later calls do nothing. */
  readonly end: Operation['end']
  readonly #own: Context
  readonly #span: Span
  #response: IncomingMessage | undefined

  constructor({ caller, context, end }: Operation, span: Span) {
    this.context = caller
    this.end = end
    this.#own = context
    this.#span = span
  }

  /** Writes the headers that join the receiver to the chain. */
  propagate<Carrier>(fields: readonly string[], carrier: Carrier, setter: TextMapSetter<Carrier>): void {
    injectContext(contextWithFieldsInBaggage(this.#own, fields), carrier, setter)
  }

  /** Says on the span why the chain ends here. */
  notPropagated(reason: NotPropagated): void {
    this.#span.setAttribute('clew.propagation.omitted', reason)
  }

  /** https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span */
  responded(statusCode: number, response?: IncomingMessage): void {
    if (!this.#span.isRecording()) return
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
}
