/** What was wrong with the bytes or the JSON text. */
export type OtlpDecodeErrorCode =
  | 'CLEW_OTLP_TRUNCATED'
  | 'CLEW_OTLP_VARINT'
  | 'CLEW_OTLP_TAG'
  | 'CLEW_OTLP_DEPTH'
  | 'CLEW_OTLP_JSON'

/** Input that is not OTLP. `place` is a byte offset ("byte 12") or a JSON path ("resourceLogs[0].resource"). */
export type OtlpDecodeError = Error & {
  name: 'OtlpDecodeError'
  code: OtlpDecodeErrorCode
  place: string
}

/** Whether a decoder threw this, by its name: also one of another copy of this package. */
export function isOtlpDecodeError(error: unknown): error is OtlpDecodeError {
  return error instanceof Error && error.name === 'OtlpDecodeError'
}

export function decodeError(code: OtlpDecodeErrorCode, place: string, problem: string): OtlpDecodeError {
  const error = new Error(`OTLP, ${place}: ${problem}`)
  return Object.assign(error, { name: 'OtlpDecodeError', code, place } as const)
}
