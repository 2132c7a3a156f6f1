import type { ServerHttp2Stream } from 'node:http2'
import { encodeExportResponse, encodeRpcStatus } from '../response.ts'
import { encodeGrpcMessage, frame } from './grpc-frame.ts'
import type { Answer } from './receiver.ts'
import { type Refused, rpcCodeOf, verdictOf } from './verdict.ts'

/** A status of https://github.com/grpc/grpc/blob/master/doc/statuscodes.md that is not OK. */
export type GrpcFailure = { code: number; message: string; retryAfterSeconds?: number }

export const grpcCode = {
  invalidArgument: 3,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const

const contentType = { ':status': 200, 'content-type': 'application/grpc+proto' }

export function sendGrpcAnswer(stream: ServerHttp2Stream, answer: Answer): void {
  const verdict = verdictOf(answer)
  if ('refused' in verdict) sendGrpcFailure(stream, failureOf(verdict.refused))
  else sendGrpcMessage(stream, encodeExportResponse(verdict.accepted))
}

function sendGrpcMessage(stream: ServerHttp2Stream, message: Buffer): void {
  if (!canAnswer(stream)) return
  stream.respond({ ...contentType, 'grpc-accept-encoding': 'identity, gzip' }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
  stream.end(frame(message))
}

/** Answers with trailers alone, whether or not the request was read to its end. */
export function sendGrpcFailure(stream: ServerHttp2Stream, failure: GrpcFailure): void {
  if (!canAnswer(stream)) return
  const { code, message, retryAfterSeconds } = failure
  const details =
    retryAfterSeconds === undefined
      ? {}
      : { 'grpc-status-details-bin': encodeRpcStatus(code, message, retryAfterSeconds).toString('base64') }
  const status = { 'grpc-status': String(code), 'grpc-message': encodeGrpcMessage(message) }
  stream.respond({ ...contentType, ...status, ...details }, { endStream: true })
}

function canAnswer(stream: ServerHttp2Stream): boolean {
  return !stream.destroyed && !stream.closed && !stream.headersSent
}

function failureOf({ status, message, retryAfterSeconds }: Refused): GrpcFailure {
  const retry = retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
  return { code: rpcCodeOf(status), message, ...retry }
}
