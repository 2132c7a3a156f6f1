import type { ServerResponse } from 'node:http'
import {
  type ExportResponse,
  encodeExportResponse,
  encodeRpcStatus,
  exportResponseJson,
} from '../response.ts'
import type { Answer } from './receiver.ts'
import type { ReceivedSignal } from './signal.ts'
import { type Refused, rpcCodeOf, verdictOf } from './verdict.ts'

export type Encoding = 'protobuf' | 'json'

/** A refusal: an HTTP status, why, and headers that go with it. */
export type Refusal = { status: number; message: string; headers?: Record<string, string> }

const contentTypes = { protobuf: 'application/x-protobuf', json: 'application/json' } as const

export function encodingOf(contentType: string | undefined): Encoding | undefined {
  const type = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase()
  if (type === contentTypes.json) return 'json'
  return type === contentTypes.protobuf ? 'protobuf' : undefined
}

export function sendAnswer(
  response: ServerResponse,
  signal: ReceivedSignal,
  encoding: Encoding,
  answer: Answer,
): void {
  const verdict = verdictOf(answer)
  if ('refused' in verdict) sendRefusal(response, encoding, refusalOf(verdict.refused))
  else send(response, 200, encoding, acceptedBody(signal, encoding, verdict.accepted), {})
}

function acceptedBody(signal: ReceivedSignal, encoding: Encoding, accepted: ExportResponse): string | Buffer {
  return encoding === 'json' ? exportResponseJson(signal, accepted) : encodeExportResponse(accepted)
}

/** The `google.rpc.Status` that the specification asks for, in the encoding of the request. */
export function sendRefusal(response: ServerResponse, encoding: Encoding, refusal: Refusal): void {
  const code = rpcCodeOf(refusal.status)
  const body =
    encoding === 'json'
      ? JSON.stringify({ code, message: refusal.message })
      : encodeRpcStatus(code, refusal.message)
  send(response, refusal.status, encoding, body, refusal.headers ?? {})
}

function refusalOf({ status, message, retryAfterSeconds }: Refused): Refusal {
  if (retryAfterSeconds === undefined) return { status, message }
  return { status, message, headers: { 'retry-after': String(Math.ceil(retryAfterSeconds)) } }
}

function send(
  response: ServerResponse,
  status: number,
  encoding: Encoding,
  body: string | Buffer,
  headers: Record<string, string>,
): void {
  const length = Buffer.byteLength(body)
  response.writeHead(status, { ...headers, 'content-type': contentTypes[encoding], 'content-length': length })
  response.end(body)
}
