import type { ServerResponse } from 'node:http'
import type { ExportResponse } from '../decode/response.ts'
import type { Answer } from './receiver.ts'
import { encodeExportResponse, encodeStatus, exportResponseJson } from './reply-message.ts'
import type { ReceivedSignal } from './signal.ts'

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
  const accepted = acceptance(answer)
  if (accepted === undefined) sendRefusal(response, encoding, refusalOf(answer))
  else send(response, 200, encoding, acceptedBody(signal, encoding, accepted), {})
}

function acceptedBody(signal: ReceivedSignal, encoding: Encoding, accepted: ExportResponse): string | Buffer {
  const { rejected, message } = accepted
  return encoding === 'json'
    ? exportResponseJson(signal, rejected, message)
    : encodeExportResponse(rejected, message)
}

/** The `google.rpc.Status` that the specification asks for, in the encoding of the request. */
export function sendRefusal(response: ServerResponse, encoding: Encoding, refusal: Refusal): void {
  const code = grpcCodeOf(refusal.status)
  const body =
    encoding === 'json'
      ? JSON.stringify({ code, message: refusal.message })
      : encodeStatus(code, refusal.message)
  send(response, refusal.status, encoding, body, refusal.headers ?? {})
}

/** The `google.rpc.Code` for an HTTP status. */
export function grpcCodeOf(status: number): number {
  return grpcCodes[status] ?? (status < 500 ? 3 : 13)
}

const grpcCodes: Record<number, number> = {
  400: 3,
  401: 16,
  403: 7,
  404: 12,
  405: 12,
  413: 8,
  415: 3,
  429: 14,
  502: 14,
  503: 14,
  504: 14,
}

/** What an accepting answer says of its records, or undefined for one that refuses the request. */
export function acceptance(answer: Answer): ExportResponse | undefined {
  if (answer === 'ok') return { rejected: 0, message: '' }
  if ('rejected' in answer) return answer
  if ('status' in answer && answer.status < 300) return { rejected: 0, message: answer.message ?? '' }
  return undefined
}

function refusalOf(answer: Answer): Refusal {
  if (answer === 'ok' || 'rejected' in answer) throw new TypeError('not a refusal')
  const seconds = answer.retryAfterSeconds
  const status = 'status' in answer ? answer.status : 429
  const message = ('status' in answer ? answer.message : undefined) ?? `answered with ${status}`
  const headers = seconds === undefined ? {} : { 'retry-after': String(Math.ceil(seconds)) }
  return { status, message, headers }
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
