import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type IncomingMessage, ServerResponse } from 'node:http'
import {
  enterContext,
  guard,
  type HttpRequest,
  httpRequestOf,
  httpRouteOf,
  isHiddenServer,
  keptTraces,
  type Runtime,
  reportThrown,
  rootContext,
  type SpanOwner,
  type Stop,
  setSpanOwner,
  spanContextOf,
  stopAll,
  suppressedRoot,
  trackHttpRequest,
} from '@clew/core'
import type { Context, Span } from '@opentelemetry/api'
import { type BodyCounter, countBodies } from './access-record.ts'
import { handOver } from './handed-over-sockets.ts'
import { http2Streams } from './http2-server.ts'
import {
  type Answer,
  type Begun,
  createIntake,
  describeAnswer,
  endAnswer,
  headersOfAnswer,
} from './intake.ts'
import { type AnsweredTrace, answerWithMarks } from './kept-header.ts'
import {
  type Exchange,
  keepContextOfConnections,
  keepContextOfMessages,
  type Upgrade,
} from './message-events.ts'
import type { options as specs } from './options.ts'

/** https://nodejs.org/api/diagnostics_channel.html#event-httpserverrequeststart */
type RequestStart = { request: IncomingMessage; response: ServerResponse; server: object }

const noUpgrade: Upgrade = { context: rootContext, handedOver: () => {} }

const requestStart = 'http.server.request.start'

/** Begins a context and a span for each request at Node's own channel; both last until the response is closed. */
export function startHttpServer(runtime: Runtime<typeof specs>): Stop {
  const { options } = runtime
  const begin = createIntake(runtime)
  const answersMore = options.respondRequestId || options.respondTraceId
  const takeIn = ({ request, response, server }: RequestStart): Context => {
    if (isHiddenServer(server)) return suppressedRoot
    const begun = begin(request)
    const entry = new ServerRequest(begun, response)
    trackHttpRequest(request, entry)
    if (begun.span) setSpanOwner(begun.span, entry)
    if (answersMore) response.setHeaders(new Map(Object.entries(headersOfAnswer(begun, options))))
    return begun.context
  }
  // The caller's trace goes on without a span, for a WebSocket has no end to wait for. Where there is none, the span of the
  // handing over begins one.
  const takeInUpgrade = (request: IncomingMessage, socket: unknown): Upgrade => {
    const { context, span, tell } = begin(request, (parent) => spanContextOf(parent) === undefined)
    const closed =
      tell &&
      (() => tell({ route: undefined, status: undefined, errorType: undefined, bodyBytes: undefined }))
    const isHeard = handOver(socket, context, closed)
    return {
      context,
      handedOver: () => {
        span?.end()
        if (!isHeard) closed?.()
      },
    }
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
  const ofResponse = (response: object) => serverRequestOf((response as ServerResponse).req)
  const stops: Stop[] = []
  stops.push(
    () => void unsubscribe(requestStart, onStart),
    keepContextOfMessages(ServerResponse.prototype, ofResponse),
    keepContextOfConnections(
      (request, socket) =>
        guard('taking in an HTTP upgrade', () => takeInUpgrade(request, socket), noUpgrade),
      http2Streams(runtime, stops),
    ),
    ...(keptTraces() === undefined ? [] : [answerWithMarks(serverRequestOf)]),
    ...(options.accessRecords ? [countBodies(ServerResponse.prototype, ofResponse)] : []),
  )
  return () => stopAll(stops)
}

/** A request from its headers to the close of its response. */
class ServerRequest implements HttpRequest, Exchange, SpanOwner, AnsweredTrace, BodyCounter {
  readonly context: Context
  route: string | null | undefined
  progress: unknown
  error: unknown
  readonly #begun: Begun
  readonly #response: ServerResponse
  /** Absent for an ignored path, and after the end. */
  #span: Span | undefined
  #bodyBytes = 0

  constructor(begun: Begun, response: ServerResponse) {
    this.context = begun.context
    this.#begun = begun
    this.#span = begun.span
    this.#response = response
  }

  get joined(): string | undefined {
    return this.#begun.joined
  }

  get mayFail(): boolean {
    return this.#span !== undefined
  }

  wrote(bytes: number): void {
    this.#bodyBytes += bytes
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
    endAnswer(span, this.#begun, this.#answer(), this.#bodyBytes)
  }

  describeUnfinished(span: Span): void {
    describeAnswer(span, this.#begun, this.#answer())
  }

  #answer(): Answer {
    const { req, headersSent, statusCode, writableFinished } = this.#response
    const status = headersSent ? statusCode : undefined
    return { route: httpRouteOf(req), status, isWhole: writableFinished, error: this.error }
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
export function serverRequestOf(request: object): (Exchange & AnsweredTrace & BodyCounter) | undefined {
  const entry = httpRequestOf(request)
  return entry instanceof ServerRequest ? entry : undefined
}
