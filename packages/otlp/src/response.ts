import { decodeError } from './decode/decode-error.ts'
import { decodeMessage } from './decode/message.ts'
import { encodeMessage } from './encode/model-request.ts'
import { exportResponse, retryInfo, rpcStatus } from './messages.ts'

/** What a receiver refused of a request that it otherwise accepted; all zero when it took everything. */
export type ExportResponse = { rejected: number; message: string }

/** Encodes an `Export*ServiceResponse`. */
export function encodeExportResponse({ rejected, message }: ExportResponse): Buffer {
  return encodeMessage(exportResponse(), { partialSuccess: { rejected, message } })
}

/**
 * Decodes the `partial_success` of an `Export*ServiceResponse`. `rejected` 0 with a message is a warning.
 * Throws an {@link OtlpDecodeError}.
 */
export function decodeExportResponse(bytes: Uint8Array): ExportResponse {
  const { rejected, message } = decodeMessage(bytes, exportResponse()).partialSuccess
  return { rejected: Number(rejected), message }
}

const rejectedNames = {
  logs: 'rejectedLogRecords',
  traces: 'rejectedSpans',
  metrics: 'rejectedDataPoints',
} as const

/** The same in OTLP JSON. */
export function exportResponseJson(
  signal: keyof typeof rejectedNames,
  { rejected, message }: ExportResponse,
): string {
  if (rejected === 0 && message === '') return '{}'
  const partialSuccess = { [rejectedNames[signal]]: String(rejected), errorMessage: message }
  return JSON.stringify({ partialSuccess })
}

/** Reads a response in OTLP JSON, of whichever signal. Throws an {@link OtlpDecodeError} when it is not JSON. */
export function parseExportResponse(text: string): ExportResponse {
  const partial = readJsonObject(readJsonObject(parseJson(text)).partialSuccess)
  const rejected = Object.values(rejectedNames)
    .map((name) => partial[name])
    .find((count) => count != null)
  const message = partial.errorMessage
  return { rejected: Number(rejected) || 0, message: typeof message === 'string' ? message : '' }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw decodeError('CLEW_OTLP_JSON', 'response', String(error))
  }
}

function readJsonObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

const retryInfoType = 'google.rpc.RetryInfo'

/** Encodes a `google.rpc.Status`, with a `google.rpc.RetryInfo` when a delay is given. */
export function encodeRpcStatus(code: number, message: string, retryAfterSeconds?: number): Buffer {
  const details = retryAfterSeconds === undefined ? [] : [retryDetail(retryAfterSeconds)]
  return encodeMessage(rpcStatus(), { code, message, details })
}

function retryDetail(delaySeconds: number): { typeUrl: string; value: Uint8Array } {
  const seconds = Math.floor(delaySeconds)
  const nanos = Math.round((delaySeconds - seconds) * 1e9)
  const value = encodeMessage(retryInfo(), { retryDelay: { seconds, nanos } })
  return { typeUrl: `type.googleapis.com/${retryInfoType}`, value }
}

/** The message of an encoded `google.rpc.Status`. Throws an {@link OtlpDecodeError}. */
export function decodeStatusMessage(status: Uint8Array): string {
  return decodeMessage(status, rpcStatus()).message
}

/** The message of a `google.rpc.Status` in JSON; undefined where the text is none. Never throws. */
export function parseStatusMessage(text: string): string | undefined {
  try {
    const { message } = readJsonObject(JSON.parse(text))
    return typeof message === 'string' ? message : undefined
  } catch {
    return undefined
  }
}

/**
 * The delay of the `google.rpc.RetryInfo` in an encoded `google.rpc.Status`, in milliseconds; undefined without one.
 * Throws an {@link OtlpDecodeError}.
 */
export function decodeRetryDelayMs(status: Uint8Array): number | undefined {
  const detail = decodeMessage(status, rpcStatus()).details.find(({ typeUrl }) =>
    typeUrl.endsWith(retryInfoType),
  )
  if (detail === undefined) return undefined
  const { seconds, nanos } = decodeMessage(detail.value, retryInfo()).retryDelay
  return Number(seconds) * 1000 + nanos / 1e6
}
