import type {
  ClientHttp2Session,
  ClientHttp2Stream,
  IncomingHttpHeaders,
  SecureClientSessionOptions,
} from 'node:http2'
import type { Signal } from '../batch.ts'
import type { Endpoint } from '../pipeline.ts'
import { compress } from './compress.ts'
import { outcomeOfGrpcStatus } from './grpc-status.ts'
import { describe } from './http.ts'
import { type Outcome, outcomeOfHttp, outcomeOfResponse } from './outcome.ts'
import { userAgent } from './request-body.ts'
import { gather } from './scratch.ts'
import type { Sender, SenderOptions } from './sender.ts'

const paths: Record<Signal, string> = {
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
}
const maxAnswerBytes = 64 * 1024
const frameBytes = 5

/** OTLP/gRPC: unary calls over one HTTP/2 session, which is made again when it ends. */
export function createGrpcSender(endpoint: Endpoint, signal: Signal, options: SenderOptions): Sender {
  const origin = new URL(endpoint.url).origin
  let session: ClientHttp2Session | undefined

  const connected = (): ClientHttp2Session => {
    if (session !== undefined && !session.closed && !session.destroyed) return session
    const { connect } = process.getBuiltinModule('node:http2')
    const tls: SecureClientSessionOptions = { ...endpoint.tls }
    const made = connect(origin, tls)
    session = made
    if (!options.held) made.unref()
    const forget = (): void => {
      if (session === made) session = undefined
    }
    made.on('error', forget)
    made.on('goaway', forget)
    made.on('close', forget)
    return made
  }

  return {
    async send(request) {
      try {
        const { body, compressed } = await frameMessage(request, endpoint.compression)
        const headers = grpcHeaders(endpoint, signal, compressed)
        return await call(connected(), headers, body, endpoint.timeoutMs, options.held)
      } catch (error) {
        return { kind: 'retry', reason: String(error) }
      }
    },
    close() {
      session?.destroy()
    },
  }
}

/** gRPC knows gzip; zstd is in no receiver's defaults, so it is sent as gzip. */
async function frameMessage(
  request: readonly Buffer[],
  compression: Endpoint['compression'],
): Promise<{ body: Buffer; compressed: boolean }> {
  const known = compression === 'none' ? 'none' : 'gzip'
  const { bytes, encoding } = await gather(request, (message) => compress(message, known))
  const prefix = Buffer.allocUnsafe(frameBytes)
  prefix.writeUInt8(encoding === undefined ? 0 : 1, 0)
  prefix.writeUInt32BE(bytes.length, 1)
  return { body: Buffer.concat([prefix, bytes]), compressed: encoding !== undefined }
}

function grpcHeaders(endpoint: Endpoint, signal: Signal, compressed: boolean): Record<string, string> {
  return {
    'user-agent': userAgent,
    ...endpoint.headers,
    ':method': 'POST',
    ':path': paths[signal],
    te: 'trailers',
    'content-type': 'application/grpc',
    'grpc-timeout': `${Math.ceil(endpoint.timeoutMs)}m`,
    ...(compressed ? { 'grpc-encoding': 'gzip' } : {}),
  }
}

function call(
  session: ClientHttp2Session,
  headers: Record<string, string>,
  body: Buffer,
  timeoutMs: number,
  held: boolean,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const stream = session.request(headers)
    const answer: Answer = { headers: {}, trailers: undefined, pieces: [], bytes: 0 }
    const finish = (outcome: Outcome): void => {
      clearTimeout(timer)
      resolve(outcome)
    }
    const timer = setTimeout(() => {
      finish({ kind: 'retry', reason: `no answer in ${timeoutMs} ms` })
      stream.close()
      // A connection that went silent is not noticed otherwise.
      session.destroy()
    }, timeoutMs)
    if (!held) timer.unref()
    stream.on('error', (error) => finish({ kind: 'retry', reason: describe(error) }))
    stream.on('close', () => finish(outcomeOfAnswer(answer)))
    collectAnswer(stream, answer)
    stream.end(body)
  })
}

type Answer = {
  headers: IncomingHttpHeaders
  trailers: IncomingHttpHeaders | undefined
  pieces: Buffer[]
  bytes: number
}

function collectAnswer(stream: ClientHttp2Stream, answer: Answer): void {
  stream.on('response', (headers) => {
    answer.headers = headers
  })
  stream.on('trailers', (trailers) => {
    answer.trailers = trailers
  })
  stream.on('data', (piece: Buffer) => {
    if (answer.bytes < maxAnswerBytes) answer.pieces.push(piece)
    answer.bytes += piece.length
  })
}

/** A failed call may answer with headers only ("Trailers-Only"), a proxy with a plain HTTP status. */
function outcomeOfAnswer({ headers, trailers, pieces }: Answer): Outcome {
  const last = trailers?.['grpc-status'] === undefined ? headers : trailers
  const status = last['grpc-status']
  if (status === undefined) {
    const http = headers[':status'] as number | undefined
    if (http === undefined || http === 200)
      return { kind: 'retry', reason: 'the connection ended without an answer' }
    return outcomeOfHttp(http, { 'retry-after': headers['retry-after'] }, Buffer.concat(pieces), Date.now())
  }
  const details = last['grpc-status-details-bin']
  const failure = outcomeOfGrpcStatus({
    code: Number(status),
    message: String(last['grpc-message'] ?? ''),
    details: typeof details === 'string' ? Buffer.from(details, 'base64') : undefined,
  })
  return failure ?? outcomeOfMessage(Buffer.concat(pieces))
}

/** We announce no encoding that we accept, so an answer is never compressed. */
function outcomeOfMessage(frame: Buffer): Outcome {
  return outcomeOfResponse(frame.subarray(frameBytes), undefined)
}
