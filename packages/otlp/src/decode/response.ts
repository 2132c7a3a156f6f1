import { decodeError } from './decode-error.ts'
import { Reader } from './reader.ts'

/** What a receiver refused of a request that it otherwise accepted; all zero when it took everything. */
export type ExportResponse = { rejected: number; message: string }

/**
 * Decodes the `partial_success` of an `Export*ServiceResponse`. `rejected` 0 with a message is a warning.
 * Throws an {@link OtlpDecodeError}.
 */
export function decodeExportResponse(bytes: Uint8Array): ExportResponse {
  const reader = new Reader(bytes)
  const response: ExportResponse = { rejected: 0, message: '' }
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) readPartialSuccess(reader, response)
    else reader.skip(tag)
  }
  return response
}

/** The same of a response in OTLP JSON. */
export function parseExportResponse(text: string): ExportResponse {
  const partial = readJsonObject(readJsonObject(parseJson(text)).partialSuccess)
  const rejected = partial.rejectedLogRecords ?? partial.rejectedSpans ?? partial.rejectedDataPoints ?? 0
  const message = partial.errorMessage
  return { rejected: Number(rejected) || 0, message: typeof message === 'string' ? message : '' }
}

function readPartialSuccess(reader: Reader, response: ExportResponse): void {
  const outer = reader.open()
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 8) response.rejected = Number(reader.int64())
    else if (tag === 18) response.message = reader.text()
    else reader.skip(tag)
  }
  reader.close(outer)
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
