import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { isOtlpDecodeError } from '../decode/decode-error.ts'
import { shortText } from '../text/safe-text.ts'
import { acceptedEncodings, createIntake, type Intake, type Unpacked } from './body.ts'
import { allowedOrigin, allowReading, answerPreflight, isPreflight } from './cors.ts'
import { allowedNames, hasToken, isAllowedHost } from './guard.ts'
import { type Encoding, encodingOf, type Refusal, sendAnswer, sendRefusal } from './http-reply.ts'
import { limitConnections } from './limit-connections.ts'
import { closeServer, listen, serverUrl, tlsOptions } from './listen.ts'
import {
  defaultMaxBodyBytes,
  type OtlpCall,
  type OtlpHandlerOptions,
  type OtlpServer,
  type ReceiverOptions,
} from './receiver.ts'
import { handleRequest, type ReceivedSignal } from './signal.ts'

/** How long a sender may take for one request. */
const requestTimeoutMs = 60_000

/**
 * Receives OTLP/HTTP on a server of its own, see {@link createOtlpHttpHandler}. Rejects when it cannot listen.
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export async function startOtlpHttpReceiver(options: ReceiverOptions): Promise<OtlpServer> {
  const host = options.host ?? '127.0.0.1'
  const handler = createOtlpHttpHandler({
    ...options,
    allowedHosts: allowedNames(host, options.allowedHosts),
  })
  const server =
    options.tls === undefined ? createServer(handler) : createSecureServer(tlsOptions(options.tls), handler)
  server.requestTimeout = requestTimeoutMs
  limitConnections(server, () => server.closeIdleConnections(), options.onError)
  const port = await listen(server, host, options.port ?? 0, options.settingNames)
  const url = serverUrl(host, port, options.tls !== undefined)
  return { url, port, close: () => closeServer(server) }
}

const signals = new Map<string, ReceivedSignal>([
  ['/v1/logs', 'logs'],
  ['/v1/traces', 'traces'],
  ['/v1/metrics', 'metrics'],
])

type Settings = OtlpHandlerOptions & { maxBodyBytes: number; intake: Intake }

/**
 * Makes what answers OTLP/HTTP on a server of `node:http`: protobuf and JSON, with gzip, deflate or zstd, on
 * /v1/logs, /v1/traces and /v1/metrics (metrics that nobody handles are accepted and dropped); 404 on any other path. It never rejects.
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export function createOtlpHttpHandler(
  options: OtlpHandlerOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const maxBodyBytes = options.maxBodyBytes ?? defaultMaxBodyBytes
  const settings = { ...options, maxBodyBytes, intake: createIntake() }
  return (request, response) =>
    serve(request, response, settings).catch((error: unknown) => {
      options.onError?.(error)
      response.destroy()
    })
}

async function serve(request: IncomingMessage, response: ServerResponse, settings: Settings): Promise<void> {
  const encoding = encodingOf(request.headers['content-type'])
  if (!isAllowedHost(request.headers.host, settings.allowedHosts)) {
    return sendRefusal(response, encoding ?? 'json', wrongHost(request))
  }
  const origin = allowedOrigin(request, settings.corsOrigins)
  if (origin !== undefined) allowReading(response, origin)
  if (isPreflight(request, origin)) return answerPreflight(response)
  const signal = signals.get(pathOf(request))
  const refusal = refusalByHeaders(request, settings, signal, encoding)
  if (refusal !== undefined || signal === undefined || encoding === undefined) {
    return sendRefusal(response, encoding ?? 'json', refusal ?? notFound(request))
  }
  const { intake, maxBodyBytes } = settings
  const wire = await intake.read(request, maxBodyBytes, response)
  if (wire === 'sender gone') return
  if (typeof wire === 'string') return sendRefusal(response, encoding, refusalOfBody(wire, settings))
  const packing = request.headers['content-encoding'] ?? ''
  const raw = await intake.unpack(wire, packing, maxBodyBytes, response)
  if ('failed' in raw) return sendRefusal(response, encoding, refusalOfBody(raw.failed, settings))
  const call: OtlpCall = {
    protocol: 'http',
    encoding,
    path: pathOf(request),
    headers: request.headers,
    wireBytes: wire.length,
    destroy: () => void request.socket.destroy(),
  }
  try {
    sendAnswer(response, signal, encoding, await handleRequest(signal, raw.ok, call, settings.handlers))
  } catch (error) {
    sendRefusal(response, encoding, refusalOfError(error, settings))
  }
}

function refusalByHeaders(
  request: IncomingMessage,
  settings: Settings,
  signal: ReceivedSignal | undefined,
  encoding: Encoding | undefined,
): Refusal | undefined {
  const { headers, method } = request
  if (!hasToken(headers, settings.token)) {
    const message = 'authorization: Bearer <token> or x-api-key: <token> is missing or wrong'
    return { status: 401, message, headers: { 'www-authenticate': 'Bearer' } }
  }
  if (signal === undefined) return notFound(request)
  if (method !== 'POST') return { status: 405, message: 'use POST', headers: { allow: 'POST' } }
  if (encoding === undefined) {
    const found = headers['content-type'] ?? 'none'
    return {
      status: 415,
      message: `content-type ${shortText(found)}: send application/x-protobuf or application/json`,
    }
  }
  if (Number(headers['content-length']) > settings.maxBodyBytes) return tooLarge(settings)
  return undefined
}

function wrongHost({ headers }: IncomingMessage): Refusal {
  return { status: 403, message: `this receiver is not to be called as ${shortText(headers.host)}` }
}

function notFound(request: IncomingMessage): Refusal {
  return {
    status: 404,
    message: `${shortText(pathOf(request))} is not one of ${[...signals.keys()].join(', ')}`,
  }
}

function tooLarge(settings: Settings): Refusal {
  return { status: 413, message: `a body may have ${settings.maxBodyBytes} bytes, also after decompression` }
}

type BodyFailure = Extract<Unpacked, { failed: unknown }>['failed']

function refusalOfBody(failed: BodyFailure, settings: Settings): Refusal {
  if (failed === 'too large') return tooLarge(settings)
  if (failed === 'busy') {
    const message = 'too many requests are on their way; come back later'
    return { status: 429, message, headers: { 'retry-after': '1' } }
  }
  if (failed === 'corrupt') return { status: 400, message: 'the body is not what content-encoding says' }
  const headers = { 'accept-encoding': acceptedEncodings }
  return { status: 415, message: `content-encoding must be one of ${acceptedEncodings}`, headers }
}

function refusalOfError(error: unknown, settings: Settings): Refusal {
  if (isOtlpDecodeError(error)) return { status: 400, message: error.message }
  settings.onError?.(error)
  return { status: 503, message: 'the receiver could not keep the request; send it again' }
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0]!
}
