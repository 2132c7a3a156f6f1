import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { isOtlpDecodeError } from '../decode/decode-error.ts'
import { acceptedEncodings, decompress } from './decompress.ts'
import { hasToken, hostNames, isAllowedHost } from './guard.ts'
import { type Encoding, encodingOf, type Refusal, sendAnswer, sendRefusal } from './http-reply.ts'
import { listen, serverUrl, tlsOptions } from './listen.ts'
import { readBody } from './read-body.ts'
import { defaultMaxBodyBytes, type OtlpCall, type OtlpServer, type ReceiverOptions } from './receiver.ts'
import { handleRequest, type ReceivedSignal } from './signal.ts'

const signals = new Map<string, ReceivedSignal>([
  ['/v1/logs', 'logs'],
  ['/v1/traces', 'traces'],
  ['/v1/metrics', 'metrics'],
])

/** How long a sender may take for one request. */
const requestTimeoutMs = 60_000

type Settings = ReceiverOptions & { maxBodyBytes: number; hosts: ReadonlySet<string> | undefined }

/**
 * Receives OTLP/HTTP: protobuf and JSON, with gzip, deflate or zstd, on /v1/logs, /v1/traces and /v1/metrics
 * (metrics are accepted and dropped, with a warning in the answer). Rejects when it cannot listen.
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export async function startOtlpHttpReceiver(options: ReceiverOptions): Promise<OtlpServer> {
  const host = options.host ?? '127.0.0.1'
  const hosts = hostNames(host, options.allowedHosts)
  const settings = { ...options, hosts, maxBodyBytes: options.maxBodyBytes ?? defaultMaxBodyBytes }
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response, settings).catch((error: unknown) => {
      options.onError?.(error)
      response.destroy()
    })
  }
  const server =
    options.tls === undefined
      ? createServer(onRequest)
      : createSecureServer(tlsOptions(options.tls), onRequest)
  server.requestTimeout = requestTimeoutMs
  const port = await listen(server, host, options.port ?? 0)
  const url = serverUrl(host, port, options.tls !== undefined)
  return { url, port, close: () => close(server) }
}

async function serve(request: IncomingMessage, response: ServerResponse, settings: Settings): Promise<void> {
  const encoding = encodingOf(request.headers['content-type'])
  const signal = signals.get(pathOf(request))
  const refusal = refusalByHeaders(request, settings, signal, encoding)
  if (refusal !== undefined || signal === undefined || encoding === undefined) {
    return sendRefusal(response, encoding ?? 'json', refusal ?? notFound(request))
  }
  const wire = await readBody(request, settings.maxBodyBytes).catch(() => 'sender gone' as const)
  if (wire === 'sender gone') return
  if (wire === undefined) return sendRefusal(response, encoding, tooLarge(settings))
  const raw = await decompress(wire, request.headers['content-encoding'] ?? '', settings.maxBodyBytes)
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
  if (!isAllowedHost(headers.host, settings.hosts)) {
    return { status: 403, message: `this receiver is not to be called as ${headers.host}` }
  }
  if (!hasToken(headers.authorization, settings.token)) {
    const message = 'authorization: Bearer <token> is missing or wrong'
    return { status: 401, message, headers: { 'www-authenticate': 'Bearer' } }
  }
  if (signal === undefined) return notFound(request)
  if (method !== 'POST') return { status: 405, message: 'use POST', headers: { allow: 'POST' } }
  if (encoding === undefined) {
    const found = headers['content-type'] ?? 'none'
    return { status: 415, message: `content-type ${found}: send application/x-protobuf or application/json` }
  }
  if (Number(headers['content-length']) > settings.maxBodyBytes) return tooLarge(settings)
  return undefined
}

function notFound(request: IncomingMessage): Refusal {
  return { status: 404, message: `${pathOf(request)} is not one of ${[...signals.keys()].join(', ')}` }
}

function tooLarge(settings: Settings): Refusal {
  return { status: 413, message: `a body may have ${settings.maxBodyBytes} bytes, also after decompression` }
}

function refusalOfBody(failed: 'too large' | 'unknown encoding' | 'corrupt', settings: Settings): Refusal {
  if (failed === 'too large') return tooLarge(settings)
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

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
