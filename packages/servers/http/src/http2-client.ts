import type {
  ClientHttp2Session,
  ClientHttp2Stream,
  IncomingHttpHeaders,
  OutgoingHttpHeaders,
} from 'node:http2'
import {
  activeContext,
  createHiddenSlot,
  guard,
  keptTraces,
  type Runtime,
  SpanKind,
  type Stop,
  stopAll,
  wrapMethod,
} from '@clew/core'
import type { Context } from '@opentelemetry/api'
import { describeSent, methodName } from './attributes.ts'
import { type ClientSpan, startClientSpan } from './http-client.ts'
import { OtherSessions, onFirstSession } from './http2-sessions.ts'
import { type Exchange, keepContextOfMessages } from './message-events.ts'
import type { options as specs } from './options.ts'
import { type HeaderAccess, textOf, valueIn, withoutName } from './outgoing-headers.ts'
import { createUrlRedactor, type UrlRedactor } from './url.ts'

/** A list, name, value, name, value, from Node 24 on. */
type Headers = OutgoingHttpHeaders | readonly string[]
type Sending = { headers: Headers }

const calls = createHiddenSlot<StreamCall>()

/**
 * A client span for each request by a session of node:http2. Headers are written before any channel tells of a request, so
 * `request` of sessions is wrapped.
 */
export function startHttp2Client(runtime: Runtime<typeof specs>): Stop {
  const stops: Stop[] = []
  const others = new OtherSessions()
  stops.push(onFirstSession((prototype) => void stops.push(...attach(prototype, runtime, others))))
  return () => stopAll(stops)
}

function attach(
  prototype: ClientHttp2Session,
  runtime: Runtime<typeof specs>,
  others: OtherSessions,
): Stop[] {
  const stops: Stop[] = [others.listen()]
  const begin = beginCalls(runtime, others)
  let isFollowing = false
  const request = wrapMethod(
    'http',
    prototype,
    'request',
    (send) =>
      function (this: ClientHttp2Session, ...args: Parameters<typeof send>) {
        const call = guard('starting an HTTP/2 request', () => begin(this, args[0]), undefined)
        if (!call) return send.apply(this, args)
        const stream = call.send(() => send.apply(this, [call.headers as OutgoingHttpHeaders, args[1]]))
        if (!isFollowing) {
          isFollowing = true
          stops.push(...followStreams(Object.getPrototypeOf(stream) as ClientHttp2Stream))
        }
        return stream
      },
  )
  return [() => stopAll(stops), request]
}

function followStreams(prototype: ClientHttp2Stream): Stop[] {
  const hearing = (end: (this: ClientHttp2Stream, ...args: unknown[]) => unknown) =>
    function (this: ClientHttp2Stream, ...args: unknown[]) {
      if (!this.closed && !this.destroyed) calls.get(this)?.gaveUp(args[0])
      return end.apply(this, args)
    }
  const methods = prototype as unknown as Record<'close' | 'destroy', ReturnType<typeof hearing>>
  return [
    keepContextOfMessages(prototype, (stream) => calls.get(stream)),
    ...(['close', 'destroy'] as const).map((name) => wrapMethod('http', methods, name, hearing)),
  ]
}

function beginCalls(
  { tracer, options }: Runtime<typeof specs>,
  others: OtherSessions,
): (session: ClientHttp2Session, headers: Headers | undefined) => StreamCall | undefined {
  const redact = createUrlRedactor(options.redactQuery)
  return (session, given = {}) => {
    if (typeof given !== 'object' || given === null || others.has(session)) return undefined
    const sending: Sending = { headers: Array.isArray(given) ? [...given] : { ...given } }
    // Its library asks long after its caller did, in whatever context has come by then.
    if (sendingHeaders.get(sending, 'content-type')?.startsWith('application/grpc')) return undefined
    const method = sendingHeaders.get(sending, ':method') ?? 'GET'
    const span = startClientSpan(tracer, activeContext(), () => ({
      ...{ name: methodName(method), kind: SpanKind.CLIENT, attributes: {} },
    }))
    span?.propagate(options.propagateFields, sending, sendingHeaders)
    return span && new StreamCall(span, sending.headers, redact)
  }
}

const sendingHeaders: HeaderAccess<Sending> = {
  get: ({ headers }, name) => {
    if (isList(headers)) return valueIn(headers, name)
    const key = Object.keys(headers).find((one) => one.toLowerCase() === name)
    return key === undefined ? undefined : textOf(headers[key])
  },
  delete: (sending, name) => {
    const { headers } = sending
    sending.headers = isList(headers)
      ? (withoutName(headers, name) as string[])
      : Object.fromEntries(Object.entries(headers).filter(([key]) => key.toLowerCase() !== name))
  },
  add: (sending, name, value) => {
    const { headers } = sending
    sending.headers = isList(headers) ? [...headers, name, value] : { ...headers, [name]: value }
  },
}

function isList(headers: Headers): headers is readonly string[] {
  return Array.isArray(headers)
}

/** A request of a session, from its making until its stream is closed. */
class StreamCall implements Exchange {
  readonly context: Context
  /** What is sent. */
  readonly headers: Headers
  readonly #span: ClientSpan
  readonly #redact: UrlRedactor
  #stream: ClientHttp2Stream | undefined
  #isAnswered = false
  #isGivenUp = false
  #isTimedOut = false

  constructor(span: ClientSpan, headers: Headers, redact: UrlRedactor) {
    this.context = span.context
    this.headers = headers
    this.#span = span
    this.#redact = redact
  }

  send(request: () => ClientHttp2Stream): ClientHttp2Stream {
    try {
      const stream = request()
      guard('describing an HTTP/2 request', () => this.#began(stream), undefined)
      return stream
    } catch (error) {
      this.#span.failed(error)
      throw error
    }
  }

  // Node knows what was left out: where the session goes.
  #began(stream: ClientHttp2Stream): void {
    this.#stream = stream
    calls.set(stream, this)
    const {
      ':method': method,
      ':scheme': scheme,
      ':authority': authority,
      ':path': path,
      host,
    } = stream.sentHeaders
    const sent = {
      ...{ method: String(method ?? 'GET'), protocol: `${scheme ?? 'https'}:` },
      ...{ host: String(authority ?? host ?? ''), target: String(path ?? '/') },
    }
    this.#span.describe(describeSent(sent, this.#redact).attributes)
  }

  answered(headers: unknown): void {
    this.#isAnswered = true
    if (keptTraces() !== undefined) this.#span.takeMark(headers)
    this.#span.responded(Number((headers as IncomingHttpHeaders)[':status'] ?? 0))
  }

  /** The stream is closed or destroyed by a call: by the application, unless its connection has gone. */
  gaveUp(reason: unknown): void {
    if (this.#stream && isTornDown(this.#stream, reason)) return
    this.#isGivenUp = true
    this.#span.gaveUp(isCancelled(reason) ? undefined : reason)
  }

  interrupted(_emitter: object, event: 'aborted' | 'timeout'): void {
    if (event === 'timeout') this.#isTimedOut = true
  }

  closed(emitter: object): void {
    const { errored, rstCode } = emitter as ClientHttp2Stream
    if (errored) this.#span.failed(errored)
    else if (this.#isAnswered && rstCode === 0) this.#span.end()
    else if (this.#isGivenUp && !this.#isTimedOut) this.#span.failed(undefined)
    else this.#span.lost(`the stream was closed with code ${rstCode}`)
  }
}

// With its connection Node closes a stream by the same methods.
function isTornDown({ session }: ClientHttp2Stream, reason: unknown): boolean {
  try {
    if (session === undefined || session.socket.destroyed) return true
    return session.destroyed && reason instanceof Error && !isCancelled(reason)
  } catch {
    // No socket any more.
    return true
  }
}

// What a stream that is not sent yet hears when its session is destroyed; with a cause, when that failed.
function isCancelled(reason: unknown): boolean {
  const { code, cause } = (reason ?? {}) as { code?: unknown; cause?: unknown }
  return code === 'ERR_HTTP2_STREAM_CANCEL' && cause === undefined
}
