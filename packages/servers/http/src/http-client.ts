import { ClientRequest, type IncomingMessage } from 'node:http'
import {
  activeContext,
  createHiddenSlot,
  injectContext,
  keptTraces,
  type Operation,
  type Runtime,
  type SpanDescription,
  SpanStatusCode,
  type Stop,
  spanContextOf,
  startOperation,
  stopAll,
  subscribeChannel,
  wrapMethod,
} from '@clew/core'
import type { Attributes, Context, Span, TextMapSetter, Tracer } from '@opentelemetry/api'
import { describeSent, type SentRequest } from './attributes.ts'
import { isGivenUp, isTimeout, reasonOf } from './early-end.ts'
import { handOver } from './handed-over-sockets.ts'
import { takeMarkOf } from './kept-header.ts'
import { type Exchange, keepContextOfMessages } from './message-events.ts'
import type { options as specs } from './options.ts'
import { type HeaderAccess, isWritten, requestHeaders, writtenHeaders } from './outgoing-headers.ts'
import { contextWithFieldsInBaggage } from './propagated-fields.ts'
import { dropPassedOn, isPassedOn } from './received-context.ts'
import { createUrlRedactor } from './url.ts'

// Of requests and of their responses.
const spans = createHiddenSlot<ClientSpan>()

/** The client span of an outgoing request or of its response. */
export function clientSpanOf(message: object): ClientSpan | undefined {
  return spans.get(message)
}

/**
 * A client span for each request by `node:http` and `node:https`.
 * https://nodejs.org/api/diagnostics_channel.html#http
 */
export function startHttpClient({ tracer, options }: Runtime<typeof specs>): Stop {
  const redact = createUrlRedactor(options.redactQuery)
  const created = (request: ClientRequest): void => {
    const span = startClientSpan(tracer, activeContext(), () => describeSent(sentBy(request), redact))
    if (!span) return
    if (!request.headersSent) span.propagate(options.propagateFields, request, requestHeaders)
    else if (isWritten(request)) span.propagate(options.propagateFields, request, writtenHeaders)
    else span.notPropagated('headers-sent')
    // Not before: keepHeaders looks at what is set from now on.
    spans.set(request, span)
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
        if (keptTraces() !== undefined) span.takeMark(response.headers)
        span.responded(response.statusCode ?? 0, response)
      },
    ),
    subscribeChannel<{ request: ClientRequest; error: unknown }>(
      'http.client.request.error',
      ({ request, error }) => spans.get(request)?.failed(error),
    ),
    keepContextOfMessages(ClientRequest.prototype, clientSpanOf, handOver),
    hearOfDestroys(),
    keepHeaders(),
  ]
  return () => stopAll(stops)
}

// What follows, a socket that hangs up, looks the same as when the other side does it. `abort` and signals come here too.
function hearOfDestroys(): Stop {
  return wrapMethod(
    'http',
    ClientRequest.prototype,
    'destroy',
    (destroy) =>
      function (this: ClientRequest, reason) {
        if (!this.destroyed) spans.get(this)?.gaveUp(reason)
        return destroy.call(this, reason)
      },
  )
}

function sentBy(request: ClientRequest): SentRequest {
  const { method, protocol, path: target } = request
  const header = request.getHeader('host')
  return { method, protocol, host: typeof header === 'string' && header ? header : request.host, target }
}

// Some clients set the headers when the request is made, and would put what was passed on over ours, or beside it.
function keepHeaders(): Stop {
  const keep = (write: ClientRequest['setHeader']) =>
    function (this: ClientRequest, name: string, value: never) {
      const span = spans.get(this)
      if (span !== undefined && isPassedOn(span.context, name, value)) return this
      return write.call(this, name, value)
    }
  const names = ['setHeader', 'appendHeader'] as const
  const stops = names.map((name) => wrapMethod('http', ClientRequest.prototype, name, keep))
  return () => stopAll(stops)
}

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
  readonly #own: Context
  readonly #span: Span
  readonly #operation: Operation
  #isAnswered = false
  #response: IncomingMessage | undefined
  /** The application has destroyed the request or its response; `reason` is what it gave. */
  #isGivenUp = false
  #reason: unknown
  #isTimedOut = false

  constructor(operation: Operation, span: Span) {
    this.context = operation.caller
    this.#operation = operation
    this.#own = operation.context
    this.#span = span
  }

  /** Writes the headers that join the receiver to the chain, and leaves those that the application has made. */
  propagate<Request>(fields: readonly string[], request: Request, headers: HeaderAccess<Request>): void {
    dropPassedOn(this.context, request, headers)
    if (headers.get(request, 'traceparent') !== undefined) this.notPropagated('own-traceparent')
    else injectContext(contextWithFieldsInBaggage(this.#own, fields), request, setterOf(headers))
  }

  /** Says on the span why the chain ends here. */
  notPropagated(reason: NotPropagated): void {
    this.#span.setAttribute('clew.propagation.omitted', reason)
  }

  /** What is known only after the request was made. */
  describe(attributes: Attributes): void {
    this.#span.setAttributes(attributes)
  }

  /** It has ended by a failure of the other side or of the way to it, and there is no error that says so. */
  lost(message: string): void {
    this.#span.setAttribute('error.type', 'reset')
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message })
    this.#operation.end()
  }

  /** The answer's headers may say that the trace is kept. */
  takeMark(headers: unknown): void {
    const ids = spanContextOf(this.#own)
    if (ids) takeMarkOf(headers, ids.traceId)
  }

  /** https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span */
  responded(statusCode: number, response?: IncomingMessage): void {
    this.#isAnswered = true
    if (!this.#span.isRecording()) return
    this.#response = response
    this.#span.setAttribute('http.response.status_code', statusCode)
    if (statusCode < 400) return
    this.#span.setAttribute('error.type', String(statusCode))
    this.#span.setStatus({ code: SpanStatusCode.ERROR })
  }

  /** The response has been read. Of this and the other ways to end only the first counts. */
  end(): void {
    this.#operation.end()
  }

  /** It has ended by an error: by a failure, or by the application's own will. */
  failed(error: unknown): void {
    const reason = reasonOf(this.#isGivenUp ? this.#reason : error)
    if (this.#isOwnEnd(reason)) this.#endByOwnWill()
    else this.#operation.end(reason ?? error)
  }

  #isOwnEnd(reason: unknown): boolean {
    if (this.#isTimedOut) return false
    if (this.#isGivenUp && this.#isAnswered) return !isTimeout(reason)
    return isGivenUp(reason, this.#isAnswered)
  }

  // As on the server's side: not a failure, so the status stays unset.
  #endByOwnWill(): void {
    if (!this.#isAnswered) this.#span.setAttribute('error.type', 'aborted')
    this.#operation.end()
  }

  /** The application destroys the request. */
  gaveUp(reason: unknown): void {
    if (this.#isGivenUp) return
    this.#isGivenUp = true
    this.#reason = reason
  }

  interrupted(message: object, event: 'aborted' | 'timeout'): void {
    if (event === 'timeout') this.#isTimedOut = true
    // Of a broken connection the socket is destroyed first, of a response that the application destroys it is not.
    else if (message === this.#response && this.#response.socket?.destroyed === false) {
      this.gaveUp(this.#response.errored)
    }
  }

  closed(message: object): void {
    const response = this.#response
    // The request of a broken response is closed first, and only the response knows the error.
    if (response && message !== response && !response.complete) return
    const error = message === response ? response.errored : undefined
    if (error || (this.#isGivenUp && !response)) this.failed(error)
    else this.#operation.end()
  }
}

const setters = new Map<HeaderAccess<never>, TextMapSetter>()

function setterOf<Request>(headers: HeaderAccess<Request>): TextMapSetter<Request> {
  let setter = setters.get(headers)
  if (!setter) {
    setter = {
      set: (request, name, value) => {
        if (headers.get(request, name) === undefined) headers.add(request, name, value)
      },
    }
    setters.set(headers, setter)
  }
  return setter
}
