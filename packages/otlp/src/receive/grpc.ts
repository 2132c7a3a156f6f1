import {
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import { isOtlpDecodeError } from '../decode/decode-error.ts'
import { shortText } from '../text/safe-text.ts'
import { createIntake, type Intake } from './body.ts'
import { type FrameFailure, prefixBytes, readFrame } from './grpc-frame.ts'
import { type GrpcFailure, grpcCode, sendGrpcAnswer, sendGrpcFailure } from './grpc-reply.ts'
import { allowedNames, hasToken, isAllowedHost } from './guard.ts'
import { limitConnections } from './limit-connections.ts'
import { listen, serverUrl, tlsOptions } from './listen.ts'
import { defaultMaxBodyBytes, type OtlpCall, type OtlpServer, type ReceiverOptions } from './receiver.ts'
import { handleRequest, type ReceivedSignal } from './signal.ts'

const methods = new Map<string, ReceivedSignal>([
  ['/opentelemetry.proto.collector.logs.v1.LogsService/Export', 'logs'],
  ['/opentelemetry.proto.collector.trace.v1.TraceService/Export', 'traces'],
  ['/opentelemetry.proto.collector.metrics.v1.MetricsService/Export', 'metrics'],
])

/** HTTP/2's 64 KiB would make a sender of large requests wait for a round trip every few records. */
const windowBytes = 4 * 1024 * 1024

/** How long a sender may take for one request. */
const requestTimeoutMs = 60_000

/** CANCEL of HTTP/2. https://www.rfc-editor.org/rfc/rfc9113#section-7 */
const cancelCode = 0x8

/** Calls of one connection at once; each has a body in memory. */
const maxConcurrentStreams = 100

type Settings = ReceiverOptions & {
  maxBodyBytes: number
  hosts: readonly string[] | undefined
  intake: Intake
}

/**
 * Receives OTLP/gRPC, unary and with gzip, over HTTP/2 (with TLS when `tls` is given, else with prior
 * knowledge). Metrics that nobody handles are accepted and dropped. Rejects when it cannot listen.
 * https://opentelemetry.io/docs/specs/otlp/#otlpgrpc
 */
export async function startOtlpGrpcReceiver(options: ReceiverOptions): Promise<OtlpServer> {
  const host = options.host ?? '127.0.0.1'
  const hosts = allowedNames(host, options.allowedHosts)
  const maxBodyBytes = options.maxBodyBytes ?? defaultMaxBodyBytes
  const settings = { ...options, hosts, maxBodyBytes, intake: createIntake() }
  const http2 = { settings: { initialWindowSize: windowBytes, maxConcurrentStreams } }
  const server =
    options.tls === undefined
      ? createServer(http2)
      : createSecureServer({ ...http2, ...tlsOptions(options.tls) })
  const sessions = trackSessions(server)
  limitConnections(server, () => closeIdle(sessions), options.onError)
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => stream.destroy())
    limitTime(stream)
    serve(stream, headers, settings).catch((error: unknown) => {
      settings.onError?.(error)
      stream.destroy()
    })
  })
  const port = await listen(server, host, options.port ?? 0, options.settingNames)
  const url = serverUrl(host, port, options.tls !== undefined)
  return { url, port, close: () => close(server, sessions) }
}

async function serve(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  settings: Settings,
): Promise<void> {
  if (!(headers['content-type'] ?? '').startsWith('application/grpc')) {
    stream.resume()
    return stream.respond({ ':status': 415 }, { endStream: true })
  }
  const signal = methods.get(String(headers[':path']))
  const refusal = refusalByHeaders(headers, settings, signal)
  if (refusal !== undefined || signal === undefined) {
    stream.resume()
    return sendGrpcFailure(stream, refusal ?? unknownMethod(headers))
  }
  const body = await settings.intake.read(stream, settings.maxBodyBytes + prefixBytes, stream)
  if (body === 'sender gone') return
  if (typeof body === 'string') return sendGrpcFailure(stream, body === 'busy' ? busy : tooLarge(settings))
  const raw = await unpack(stream, body, headers, settings)
  if ('code' in raw) return sendGrpcFailure(stream, raw)
  await answer(stream, signal, raw.message, callOf(stream, headers, body.length), settings)
}

async function answer(
  stream: ServerHttp2Stream,
  signal: ReceivedSignal,
  message: Buffer,
  call: OtlpCall,
  settings: Settings,
): Promise<void> {
  try {
    sendGrpcAnswer(stream, await handleRequest(signal, message, call, settings.handlers))
  } catch (error) {
    sendGrpcFailure(stream, failureOfError(error, settings))
  }
}

async function unpack(
  stream: ServerHttp2Stream,
  body: Buffer,
  headers: IncomingHttpHeaders,
  settings: Settings,
): Promise<{ message: Buffer } | GrpcFailure> {
  const framed = readFrame(body, settings.maxBodyBytes)
  if ('failed' in framed) return failureOfFrame(framed.failed, settings)
  if (!framed.compressed) return { message: framed.message }
  const encoding = String(headers['grpc-encoding'] ?? 'identity')
  if (encoding === 'identity') {
    return { code: grpcCode.internal, message: 'a compressed message, but grpc-encoding is not set' }
  }
  const raw = await settings.intake.unpack(framed.message, encoding, settings.maxBodyBytes, stream)
  if ('ok' in raw) return { message: raw.ok }
  if (raw.failed === 'too large') return tooLarge(settings)
  if (raw.failed === 'busy') return busy
  if (raw.failed === 'corrupt') {
    return { code: grpcCode.internal, message: `the message is not compressed with ${shortText(encoding)}` }
  }
  return {
    code: grpcCode.unimplemented,
    message: `grpc-encoding ${shortText(encoding)} is not supported; use gzip`,
  }
}

function refusalByHeaders(
  headers: IncomingHttpHeaders,
  settings: Settings,
  signal: ReceivedSignal | undefined,
): GrpcFailure | undefined {
  const authority = headers[':authority'] ?? headers.host
  if (!isAllowedHost(authority, settings.hosts)) {
    const message = `this receiver is not to be called as ${shortText(authority)}`
    return { code: grpcCode.permissionDenied, message }
  }
  if (!hasToken(headers, settings.token)) {
    const message = 'authorization: Bearer <token> or x-api-key: <token> is missing or wrong'
    return { code: grpcCode.unauthenticated, message }
  }
  return signal === undefined ? unknownMethod(headers) : undefined
}

function unknownMethod(headers: IncomingHttpHeaders): GrpcFailure {
  return { code: grpcCode.unimplemented, message: `unknown method ${shortText(headers[':path'])}` }
}

const busy: GrpcFailure = {
  code: grpcCode.unavailable,
  message: 'too many requests are on their way; come back later',
  retryAfterSeconds: 1,
}

function tooLarge(settings: Settings): GrpcFailure {
  const message = `a message may have ${settings.maxBodyBytes} bytes, also after decompression`
  return { code: grpcCode.resourceExhausted, message }
}

function failureOfFrame(failed: FrameFailure, settings: Settings): GrpcFailure {
  if (failed === 'too large') return tooLarge(settings)
  if (failed === 'none') return { code: grpcCode.unimplemented, message: 'no message in the call' }
  if (failed === 'several')
    return { code: grpcCode.unimplemented, message: 'more than one message in the call' }
  if (failed === 'incomplete') return { code: grpcCode.internal, message: 'the message ends too early' }
  return { code: grpcCode.internal, message: 'the compressed flag is neither 0 nor 1' }
}

function failureOfError(error: unknown, settings: Settings): GrpcFailure {
  if (isOtlpDecodeError(error)) return { code: grpcCode.invalidArgument, message: error.message }
  settings.onError?.(error)
  const message = 'the receiver could not keep the request; send it again'
  return { code: grpcCode.unavailable, message }
}

function callOf(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, wireBytes: number): OtlpCall {
  const path = String(headers[':path'])
  const destroy = () => void stream.session?.destroy()
  return { protocol: 'grpc', encoding: 'protobuf', path, headers, wireBytes, destroy }
}

/** HTTP/2 has no request timeout of its own. */
function limitTime(stream: ServerHttp2Stream): void {
  const timer = setTimeout(() => stream.close(cancelCode), requestTimeoutMs)
  stream.once('end', () => clearTimeout(timer))
  stream.once('close', () => clearTimeout(timer))
}

/** Those that are open, with their calls. */
type Sessions = Map<ServerHttp2Session, Set<ServerHttp2Stream>>

function trackSessions(server: Http2Server): Sessions {
  const sessions: Sessions = new Map()
  server.on('session', (session: ServerHttp2Session) => {
    const calls = new Set<ServerHttp2Stream>()
    session.setLocalWindowSize(windowBytes)
    sessions.set(session, calls)
    session.on('stream', (stream) => {
      calls.add(stream)
      stream.once('close', () => calls.delete(stream))
    })
    session.on('close', () => sessions.delete(session))
    session.on('error', () => session.destroy())
  })
  return sessions
}

/** A sender whose session is gone makes another for its next call. */
function closeIdle(sessions: Sessions): void {
  for (const [session, calls] of sessions) if (calls.size === 0) session.close()
}

function close(server: Http2Server, sessions: Sessions): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    for (const session of sessions.keys()) session.destroy()
  })
}
