import { decodeLogsRequest, decodeTracesRequest, logsToJson, tracesToJson } from '@clew/otlp'
import type { Body } from './body.ts'
import type { ReceivedAnswer, WireAnswer, WireRequest } from './exchange.ts'
import { outcomeOfGrpcStatus } from './grpc-status.ts'
import { type Outcome, outcomeOfHttp, outcomeOfResponse } from './outcome.ts'
import type { Target } from './target.ts'

/** How a protocol says "export these records", and what its answers mean. */
export type Codec = {
  /** The body before compression, in pieces, out of a framed protobuf request. */
  pieces(framed: readonly Buffer[]): readonly Buffer[]
  request(body: Body): WireRequest
  outcome(answer: WireAnswer): Outcome
}

/** `now` gives Unix milliseconds: a receiver may name the time when it wants to be asked again. */
export function createCodec(target: Target, now: () => number): Codec {
  const codec = target.protocol === 'grpc' ? createGrpcCodec(target, now) : createHttpCodec(target, now)
  return {
    ...codec,
    outcome: (answer) =>
      'failure' in answer ? { kind: 'retry', reason: answer.failure } : codec.outcome(answer),
  }
}

type ProtocolCodec = Omit<Codec, 'outcome'> & { outcome(answer: ReceivedAnswer): Outcome }

/** OTLP/HTTP in protobuf or JSON. */
function createHttpCodec({ signal, protocol, headers }: Target, now: () => number): ProtocolCodec {
  const toJson = (bytes: Buffer): string =>
    signal === 'logs' ? logsToJson(decodeLogsRequest(bytes)) : tracesToJson(decodeTracesRequest(bytes))
  return {
    pieces: (framed) => (protocol === 'http/json' ? [Buffer.from(toJson(Buffer.concat(framed)))] : framed),
    request: ({ bytes, encoding }) => ({
      headers: {
        ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
        ...headers,
        'content-length': String(bytes.length),
      },
      body: bytes,
    }),
    outcome: ({ status, headers, body }) => outcomeOfHttp(status, headers, body, now()),
  }
}

/** A flag for compression and a length go before a message of gRPC. */
const prefixBytes = 5

/** OTLP/gRPC, unary. */
function createGrpcCodec({ headers }: Target, now: () => number): ProtocolCodec {
  return {
    pieces: (framed) => framed,
    request: (body) => ({
      headers: { ...headers, ...(body.encoding === undefined ? {} : { 'grpc-encoding': body.encoding }) },
      body: frameMessage(body),
    }),
    outcome(answer) {
      const code = answer.headers['grpc-status']
      return code === undefined ? outcomeWithoutStatus(answer, now) : outcomeOfStatus(Number(code), answer)
    },
  }
}

function frameMessage({ bytes, encoding }: Body): Buffer {
  const prefix = Buffer.allocUnsafe(prefixBytes)
  prefix.writeUInt8(encoding === undefined ? 0 : 1, 0)
  prefix.writeUInt32BE(bytes.length, 1)
  return Buffer.concat([prefix, bytes])
}

function outcomeOfStatus(code: number, { headers, body }: ReceivedAnswer): Outcome {
  const details = headers['grpc-status-details-bin']
  const failure = outcomeOfGrpcStatus({
    code,
    message: headers['grpc-message'] ?? '',
    details: details === undefined ? undefined : Buffer.from(details, 'base64'),
  })
  // We announce no encoding that we accept, so an answer is never compressed.
  return failure ?? outcomeOfResponse(body.subarray(prefixBytes), undefined)
}

/** A proxy answers with a plain HTTP status; a connection that ended, with none or half an answer. */
function outcomeWithoutStatus({ status, headers, body }: ReceivedAnswer, now: () => number): Outcome {
  if (status === 0 || status === 200)
    return { kind: 'retry', reason: 'the connection ended without an answer' }
  return outcomeOfHttp(status, headers, body, now())
}
