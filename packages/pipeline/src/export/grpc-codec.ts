import type { Signal } from '../batch.ts'
import type { Endpoint } from '../pipeline.ts'
import type { Body } from './compress.ts'
import { outcomeOfGrpcStatus } from './grpc-status.ts'
import { type Outcome, outcomeOfHttp, outcomeOfResponse } from './outcome.ts'
import { type Codec, userAgent } from './wire.ts'

const paths: Record<Signal, string> = {
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
}
/** A flag for compression and a length go before a message. */
const prefixBytes = 5

/** OTLP/gRPC, unary. */
export function createGrpcCodec(endpoint: Endpoint, signal: Signal): Codec {
  return {
    // No receiver has zstd among its defaults for gRPC.
    compression: endpoint.compression === 'none' ? 'none' : 'gzip',
    pieces: (framed) => framed,
    request: (body) => ({
      headers: {
        'user-agent': userAgent,
        ...endpoint.headers,
        ':method': 'POST',
        ':path': paths[signal],
        te: 'trailers',
        'content-type': 'application/grpc',
        'grpc-timeout': `${Math.ceil(endpoint.timeoutMs)}m`,
        ...(body.encoding === undefined ? {} : { 'grpc-encoding': body.encoding }),
      },
      body: frameMessage(body),
    }),
    outcome(answer) {
      if ('failure' in answer) return { kind: 'retry', reason: answer.failure }
      return outcomeOfAnswer(answer)
    },
  }
}

function frameMessage({ bytes, encoding }: Body): Buffer {
  const prefix = Buffer.allocUnsafe(prefixBytes)
  prefix.writeUInt8(encoding === undefined ? 0 : 1, 0)
  prefix.writeUInt32BE(bytes.length, 1)
  return Buffer.concat([prefix, bytes])
}

type Answer = { status: number; headers: Record<string, string>; body: Buffer }

function outcomeOfAnswer({ status, headers, body }: Answer): Outcome {
  const code = headers['grpc-status']
  if (code === undefined) return outcomeWithoutStatus(status, headers, body)
  const details = headers['grpc-status-details-bin']
  const failure = outcomeOfGrpcStatus({
    code: Number(code),
    message: headers['grpc-message'] ?? '',
    details: details === undefined ? undefined : Buffer.from(details, 'base64'),
  })
  // We announce no encoding that we accept, so an answer is never compressed.
  return failure ?? outcomeOfResponse(body.subarray(prefixBytes), undefined)
}

/** A proxy answers with a plain HTTP status; a connection that ended, with none or half an answer. */
function outcomeWithoutStatus(status: number, headers: Record<string, string>, body: Buffer): Outcome {
  if (status === 0 || status === 200)
    return { kind: 'retry', reason: 'the connection ended without an answer' }
  return outcomeOfHttp(status, headers, body, Date.now())
}
