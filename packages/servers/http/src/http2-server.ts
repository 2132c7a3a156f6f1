import type {
  Http2ServerResponse,
  IncomingHttpHeaders,
  OutgoingHttpHeaders,
  ServerHttp2Stream,
} from 'node:http2'
import {
  createHiddenSlot,
  guard,
  type HttpRequest,
  httpRouteOf,
  isHiddenServer,
  keptTraces,
  type Runtime,
  rootContext,
  type SpanOwner,
  type Stop,
  setSpanOwner,
  spanContextOf,
  suppressedRoot,
  trackHttpRequest,
  wrapMethod,
} from '@clew/core'
import type { Context, Span } from '@opentelemetry/api'
import { type BodyCounter, countBodies } from './access-record.ts'
import type { ReceivedRequest } from './attributes.ts'
import {
  type Answer,
  type Begun,
  createIntake,
  describeAnswer,
  endAnswer,
  headersOfAnswer,
} from './intake.ts'
import { type AnsweredTrace, headersWithMark } from './kept-header.ts'
import { type Exchange, keepContextOfMessages, type Streams, type Upgrade } from './message-events.ts'
import type { HttpOptions, options as specs } from './options.ts'
import { valueIn } from './outgoing-headers.ts'

const requests = createHiddenSlot<StreamRequest>()
const hidden: Upgrade = { context: suppressedRoot, handedOver: () => {} }
const unknown: Upgrade = { context: rootContext, handedOver: () => {} }

/**
 * A context and a span for each request that a server of node:http2 takes in, by its core API and by that of node:http alike.
 * Servers tell of it by `emit`, which is wrapped already. Their channels came with 22.18 and 24.8, and one cannot leave by them
 * a context that was entered: on Node 22 the next request of the connection would begin in it.
 */
export function http2Streams(runtime: Runtime<typeof specs>, stops: Stop[]): Streams {
  const { options } = runtime
  const begin = createIntake(runtime)
  let isAttached = false
  const takeIn = (server: object, [given, headers, , rawHeaders]: readonly unknown[]): Upgrade => {
    if (isHiddenServer(server)) return hidden
    const stream = given as ServerHttp2Stream
    if (!isAttached) {
      isAttached = true
      stops.push(...attach(Object.getPrototypeOf(stream) as ServerHttp2Stream, options))
    }
    const received = describeStream(stream, headers as IncomingHttpHeaders, rawHeaders)
    // As with a socket that is handed over: it has its own end, and the caller's trace goes on without a span.
    const isTunnel = received.method === 'CONNECT'
    const begun = begin(received, isTunnel ? (parent) => spanContextOf(parent) === undefined : undefined)
    const request = new StreamRequest(begun, stream, isTunnel)
    requests.set(stream, request)
    trackHttpRequest(stream, request)
    if (begun.span) setSpanOwner(begun.span, request)
    return request
  }
  return {
    begun: (server, args) => guard('taking in an HTTP/2 stream', () => takeIn(server, args), unknown),
    asked: (stream, message) => {
      const request = requests.get(stream)
      if (!request) return
      request.message = message
      trackHttpRequest(message, request)
    },
  }
}

/** Node shows these prototypes by what it makes of them alone, and node:http2 is loaded when there is a stream, not for us. */
function attach(prototype: ServerHttp2Stream, options: HttpOptions): Stop[] {
  const { Http2ServerRequest, Http2ServerResponse } = process.getBuiltinModule('node:http2')
  const ofMessage = (message: object) => {
    const { stream } = message as Http2ServerResponse
    return stream && requests.get(stream)
  }
  const ofStream = (stream: object) => requests.get(stream)
  const answersMore = options.respondRequestId || options.respondTraceId || keptTraces() !== undefined
  return [
    keepContextOfMessages(prototype, ofStream),
    keepContextOfMessages(Http2ServerRequest.prototype, ofMessage),
    keepContextOfMessages(Http2ServerResponse.prototype, ofMessage),
    ...(options.accessRecords ? [countBodies(prototype, ofStream)] : []),
    ...(answersMore ? addHeaders(prototype, options) : []),
  ]
}

type Headers = OutgoingHttpHeaders | string[] | undefined

function addHeaders(prototype: ServerHttp2Stream, options: HttpOptions): Stop[] {
  const changed = (stream: object, headers: Headers): Headers => {
    const request = requests.get(stream)
    return request ? request.headersOf(headers, options) : headers
  }
  // The file or its descriptor comes before the headers.
  const places = { respond: 0, respondWithFile: 1, respondWithFD: 1 } as const
  return Object.entries(places).map(([name, at]) =>
    wrapMethod(
      'http',
      prototype as unknown as Record<string, (...args: unknown[]) => unknown>,
      name,
      (respond) =>
        function (this: object, ...args: unknown[]) {
          const given = args[at] as Headers
          const headers = guard('adding headers to an answer', () => changed(this, given), given)
          if (headers !== given) args[at] = headers
          return respond.apply(this, args)
        },
    ),
  )
}

type Received = ReceivedRequest & { rawHeaders: readonly string[] }

function describeStream(
  { session }: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  raw: unknown,
): Received {
  const { remoteAddress, localAddress, localPort } = session?.socket ?? {}
  return {
    method: headers[':method'],
    url: headers[':path'] ?? headers[':authority'],
    httpVersion: '2',
    headers,
    rawHeaders: Array.isArray(raw) ? raw : [],
    socket: { encrypted: session?.encrypted ?? false, remoteAddress, localAddress, localPort },
  }
}

/** A request from its headers to the close of its stream. */
class StreamRequest implements HttpRequest, Exchange, Upgrade, SpanOwner, AnsweredTrace, BodyCounter {
  readonly context: Context
  route: string | undefined
  progress: unknown
  /** What the application sees in place of the stream, if it uses the API of node:http. */
  message: object | undefined
  readonly #begun: Begun
  readonly #stream: ServerHttp2Stream
  readonly #isTunnel: boolean
  /** Absent for an ignored path, and after the end. */
  #span: Span | undefined
  #bodyBytes = 0

  constructor(begun: Begun, stream: ServerHttp2Stream, isTunnel: boolean) {
    this.context = begun.context
    this.#isTunnel = isTunnel
    this.#begun = begun
    this.#span = begun.span
    this.#stream = stream
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

  /** Of a tunnel the span ends here, and its record is written at its close. */
  handedOver(): void {
    if (!this.#isTunnel) return
    this.#span?.end()
    this.#span = undefined
  }

  closed(emitter: object): void {
    if (emitter !== this.#stream) return
    const span = this.#span
    this.#span = undefined
    if (span) endAnswer(span, this.#begun, this.#answer(), this.#bodyBytes || this.#fileBytes())
    else if (this.#isTunnel)
      this.#begun.tell?.({ ...this.#answer(), errorType: undefined, bodyBytes: this.#bodyBytes })
  }

  describeUnfinished(span: Span): void {
    describeAnswer(span, this.#begun, this.#answer())
  }

  headersOf(given: Headers, options: HttpOptions): Headers {
    const own = Object.entries(headersOfAnswer(this.#begun, options))
    const status = Array.isArray(given) ? valueIn(given, ':status') : given?.[':status']
    const marked = keptTraces() === undefined ? given : headersWithMark(this, Number(status ?? 200), given)
    if (own.length === 0) return marked
    if (Array.isArray(marked))
      return [...marked, ...own.filter(([name]) => valueIn(marked, name) === undefined).flat()]
    const names = new Set(Object.keys(marked ?? {}).map((name) => name.toLowerCase()))
    return { ...marked, ...Object.fromEntries(own.filter(([name]) => !names.has(name))) }
  }

  #answer(): Answer {
    const { sentHeaders, headersSent, aborted } = this.#stream
    const status = headersSent ? Number(sentHeaders[':status']) : undefined
    const route = httpRouteOf(this.message ?? this.#stream)
    return { route, status, isWhole: headersSent && !aborted }
  }

  // What Node itself reads of a file passes no method.
  #fileBytes(): number {
    const { sentHeaders, aborted } = this.#stream
    return aborted ? 0 : Number(sentHeaders?.['content-length'] ?? 0)
  }
}
