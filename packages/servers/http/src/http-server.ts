import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type IncomingMessage, ServerResponse } from 'node:http'
import {
  contextForWork,
  contextWithSpan,
  enterContext,
  type Fields,
  guard,
  type HttpRequest,
  httpRequestOf,
  httpRouteOf,
  isHiddenServer,
  keptTraces,
  type Runtime,
  reportThrown,
  rootContext,
  SpanKind,
  type SpanOwner,
  SpanStatusCode,
  type Stop,
  setSpanOwner,
  spanContextOf,
  stopAll,
  suppressedRoot,
  trackHttpRequest,
} from '@clew/core'
import type { Context, Span } from '@opentelemetry/api'
import { describeReceived, methodName } from './attributes.ts'
import { handOver } from './handed-over-sockets.ts'
import { type AnsweredTrace, answerWithMarks } from './kept-header.ts'
import {
  type Exchange,
  keepContextOfConnections,
  keepContextOfMessages,
  type Upgrade,
} from './message-events.ts'
import type { HttpOptions, options as specs } from './options.ts'
import { fieldsOf, parentContextOf } from './received-context.ts'
import { createUrlRedactor, parseTarget } from './url.ts'

/** https://nodejs.org/api/diagnostics_channel.html#event-httpserverrequeststart */
type RequestStart = { request: IncomingMessage; response: ServerResponse; server: object }

const noUpgrade: Upgrade = { context: rootContext, handedOver: () => {} }

const requestStart = 'http.server.request.start'

/** Begins a context and a span for each request at Node's own channel; both last until the response is closed. */
export function startHttpServer({ tracer, options }: Runtime<typeof specs>): Stop {
  const redact = createUrlRedactor(options.redactQuery)
  const isIgnored = createPathTest(options.ignorePaths)

  const startSpan = (request: IncomingMessage, method: string, parent: Context): Span | undefined =>
    isIgnored(parseTarget(request.url ?? '/').path)
      ? undefined
      : tracer.startSpan(
          method,
          { kind: SpanKind.SERVER, attributes: describeReceived(request, redact) },
          parent,
        )
  const takeIn = ({ request, response, server }: RequestStart): Context => {
    if (isHiddenServer(server)) return suppressedRoot
    const parent = parentContextOf(request.headers)
    const fields = fieldsOf(request.headers, parent, options.propagateFields)
    const work = contextForWork(parent, fields, undefined, request.rawHeaders)
    const method = methodName(request.method ?? '')
    const span = startSpan(request, method, parent)
    const context = span ? contextWithSpan(work, span) : work
    const entry = new ServerRequest(context, span, method, response, spanContextOf(parent)?.traceId)
    trackHttpRequest(request, entry)
    if (span) setSpanOwner(span, entry)
    setResponseHeaders(response, fields, span && context, options)
    return context
  }
  // The caller's trace goes on without a span, for a WebSocket has no end to wait for. Where there is none, the span of the
  // handing over begins one.
  const takeInUpgrade = (request: IncomingMessage, socket: unknown): Upgrade => {
    const parent = parentContextOf(request.headers)
    const fields = fieldsOf(request.headers, parent, options.propagateFields)
    const work = contextForWork(parent, fields, undefined, request.rawHeaders)
    const span = spanContextOf(parent)
      ? undefined
      : startSpan(request, methodName(request.method ?? ''), parent)
    const context = span ? contextWithSpan(work, span) : work
    handOver(socket, context)
    return { context, handedOver: () => span?.end() }
  }
  // A failure must not leave the request in the context of the one before it on the connection.
  const onStart = (message: unknown): void => {
    let context = rootContext
    try {
      context = takeIn(message as RequestStart)
    } catch (error) {
      reportThrown('taking in an HTTP request', error)
    }
    enterContext(context)
  }

  subscribe(requestStart, onStart)
  const stops = [
    () => void unsubscribe(requestStart, onStart),
    keepContextOfMessages(ServerResponse.prototype, (response) =>
      serverRequestOf((response as ServerResponse).req),
    ),
    keepContextOfConnections((request, socket) =>
      guard('taking in an HTTP upgrade', () => takeInUpgrade(request, socket), noUpgrade),
    ),
    ...(keptTraces() === undefined ? [] : [answerWithMarks(serverRequestOf)]),
  ]
  return () => stopAll(stops)
}

/** A test for paths: each pattern is a whole path, or a prefix that ends in `*`. */
export function createPathTest(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false
  const paths = new Set(patterns.filter((pattern) => !pattern.endsWith('*')))
  const prefixes = patterns.filter((pattern) => pattern.endsWith('*')).map((pattern) => pattern.slice(0, -1))
  return (path) => paths.has(path) || prefixes.some((prefix) => path.startsWith(prefix))
}

/** `own` is the context with the request's own span, if it has one. */
function setResponseHeaders(
  response: ServerResponse,
  fields: Fields,
  own: Context | undefined,
  { respondRequestId, respondTraceId }: HttpOptions,
): void {
  if (respondRequestId) response.setHeader('x-request-id', String(fields.request_id))
  const ids = respondTraceId && own ? spanContextOf(own) : undefined
  if (!ids) return
  const { traceId, spanId, traceFlags } = ids
  // https://www.w3.org/TR/trace-context-2/#traceresponse-header
  response.setHeader('traceresponse', `00-${traceId}-${spanId}-${traceFlags & 1 ? '01' : '00'}`)
}

/** A request from its headers to the close of its response. */
class ServerRequest implements HttpRequest, Exchange, SpanOwner, AnsweredTrace {
  readonly context: Context
  readonly joined: string | undefined
  route: string | undefined
  progress: unknown
  readonly #method: string
  readonly #response: ServerResponse
  /** Absent for an ignored path, and after the end. */
  #span: Span | undefined

  constructor(
    context: Context,
    span: Span | undefined,
    method: string,
    response: ServerResponse,
    joined: string | undefined,
  ) {
    this.context = context
    this.joined = joined
    this.#span = span
    this.#method = method
    this.#response = response
  }

  get mayFail(): boolean {
    return this.#span !== undefined
  }

  closed(message: object): void {
    if (message === this.#response) this.#end()
    else this.#requestClosed((message as IncomingMessage).socket)
  }

  /** Ends the span; later calls do nothing. */
  #end(): void {
    const span = this.#span
    if (!span) return
    this.#span = undefined
    this.describeUnfinished(span)
    describeFailure(span, this.#response)
    span.end()
  }

  describeUnfinished(span: Span): void {
    const route = httpRouteOf(this.#response.req)
    if (route !== undefined) {
      span.setAttribute('http.route', route)
      span.updateName(`${this.#method} ${route}`)
    }
    if (this.#response.headersSent) span.setAttribute('http.response.status_code', this.#response.statusCode)
  }

  // The response tells when it is over, but one that waits behind another on a pipelined connection, which then
  // breaks, never does.
  #requestClosed(socket: IncomingMessage['socket']): void {
    if (!this.#span) return
    const { writableFinished, socket: assigned } = this.#response
    if (assigned || writableFinished) return
    if (socket.destroyed) this.#end()
    else socket.once('close', () => this.#end())
  }
}

/** By its `IncomingMessage`. */
export function serverRequestOf(request: object): (Exchange & AnsweredTrace) | undefined {
  const entry = httpRequestOf(request)
  return entry instanceof ServerRequest ? entry : undefined
}

function describeFailure(span: Span, response: ServerResponse): void {
  const { statusCode, headersSent, writableFinished } = response
  if (headersSent && statusCode >= 500) {
    span.setAttribute('error.type', String(statusCode))
    span.setStatus({ code: SpanStatusCode.ERROR })
  } else if (!writableFinished) {
    // Mostly a client that went away: as with a 4xx, not this server's failure, so the status stays unset.
    span.setAttribute('error.type', 'aborted')
  }
}
