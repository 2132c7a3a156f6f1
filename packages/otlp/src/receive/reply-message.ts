import type { ReceivedSignal } from './signal.ts'

/** The body of an `Export*ServiceResponse`. */
export function encodeExportResponse(rejected: number, message: string): Buffer {
  if (rejected === 0 && message === '') return Buffer.alloc(0)
  return lengthField(1, Buffer.concat([varintField(1, rejected), textField(2, message)]))
}

const rejectedNames = {
  logs: 'rejectedLogRecords',
  traces: 'rejectedSpans',
  metrics: 'rejectedDataPoints',
} as const

export function exportResponseJson(signal: ReceivedSignal, rejected: number, message: string): string {
  if (rejected === 0 && message === '') return '{}'
  const partialSuccess = { [rejectedNames[signal]]: String(rejected), errorMessage: message }
  return JSON.stringify({ partialSuccess })
}

/** The body of a `google.rpc.Status`, with a `google.rpc.RetryInfo` when a delay is given. */
export function encodeStatus(code: number, message: string, retryAfterSeconds?: number): Buffer {
  const details = retryAfterSeconds === undefined ? [] : [lengthField(3, encodeRetryInfo(retryAfterSeconds))]
  return Buffer.concat([varintField(1, code), textField(2, message), ...details])
}

/** A `google.protobuf.Any` that holds a RetryInfo. */
function encodeRetryInfo(seconds: number): Buffer {
  const whole = Math.floor(seconds)
  const nanos = Math.round((seconds - whole) * 1e9)
  const duration = Buffer.concat([varintField(1, whole), varintField(2, nanos)])
  const type = textField(1, 'type.googleapis.com/google.rpc.RetryInfo')
  return Buffer.concat([type, lengthField(2, lengthField(1, duration))])
}

function lengthField(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes])
}

function textField(field: number, text: string): Buffer {
  return text === '' ? Buffer.alloc(0) : lengthField(field, Buffer.from(text))
}

function varintField(field: number, value: number): Buffer {
  return value === 0 ? Buffer.alloc(0) : Buffer.concat([varint(field << 3), varint(value)])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  bytes.push(rest)
  return Buffer.from(bytes)
}
