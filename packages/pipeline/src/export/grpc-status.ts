import type { Outcome } from './outcome.ts'

const ok = 0
const resourceExhausted = 8

/** Codes that the OTLP specification (OTLP/gRPC, Failures) lets a client repeat; RESOURCE_EXHAUSTED only with a RetryInfo. */
const retryable: ReadonlyMap<number, string> = new Map([
  [1, 'CANCELLED'],
  [4, 'DEADLINE_EXCEEDED'],
  [10, 'ABORTED'],
  [11, 'OUT_OF_RANGE'],
  [14, 'UNAVAILABLE'],
  [15, 'DATA_LOSS'],
])

const refusing: ReadonlyMap<number, string> = new Map([
  [2, 'UNKNOWN'],
  [3, 'INVALID_ARGUMENT'],
  [5, 'NOT_FOUND'],
  [6, 'ALREADY_EXISTS'],
  [7, 'PERMISSION_DENIED'],
  [8, 'RESOURCE_EXHAUSTED'],
  [9, 'FAILED_PRECONDITION'],
  [12, 'UNIMPLEMENTED'],
  [13, 'INTERNAL'],
  [16, 'UNAUTHENTICATED'],
])

export type GrpcStatus = {
  code: number
  /** Percent-encoded, as the trailer has it. */
  message: string
  /** The google.rpc.Status of grpc-status-details-bin. */
  details: Buffer | undefined
}

/** Reads a gRPC status that is not OK. Undefined for OK: then the message counts. Never throws. */
export function outcomeOfGrpcStatus({ code, message, details }: GrpcStatus): Outcome | undefined {
  if (code === ok) return undefined
  const text = decodeMessage(message)
  const afterMs = details === undefined ? undefined : retryDelayMs(details)
  const name = retryable.get(code)
  if (name !== undefined || (code === resourceExhausted && afterMs !== undefined)) {
    const reason = `gRPC ${name ?? 'RESOURCE_EXHAUSTED'}${text === '' ? '' : `: ${text}`}`
    return { kind: 'retry', reason, ...(afterMs === undefined ? {} : { afterMs }) }
  }
  // What grpc-js, grpc-go, grpc-java and HTTP gateways say when a message passes their limit.
  if (code === resourceExhausted && /larger than max|exceeds|too large|\b413\b/i.test(text))
    return { kind: 'too-large' }
  return { kind: 'refused', status: `gRPC ${refusing.get(code) ?? code}`, message: text }
}

function decodeMessage(message: string): string {
  try {
    return decodeURIComponent(message).slice(0, 200)
  } catch {
    return message.slice(0, 200)
  }
}

/**
 * The delay of a google.rpc.RetryInfo inside a google.rpc.Status: details (3) is an Any of type_url (1) and value (2),
 * the value has retry_delay (1), a Duration of seconds (1) and nanos (2).
 */
function retryDelayMs(status: Buffer): number | undefined {
  for (const any of fields(status, 3)) {
    const url = fields(any, 1)[0]?.toString('latin1') ?? ''
    const value = fields(any, 2)[0]
    if (!url.endsWith('google.rpc.RetryInfo') || value === undefined) continue
    const duration = fields(value, 1)[0] ?? Buffer.alloc(0)
    return varintField(duration, 1) * 1000 + varintField(duration, 2) / 1e6
  }
  return undefined
}

/** The contents of every length-delimited field of that number. Stops at what it cannot read. */
function fields(message: Buffer, wanted: number): Buffer[] {
  const found: Buffer[] = []
  walk(message, (number, bytes) => {
    if (number === wanted && bytes instanceof Buffer) found.push(bytes)
  })
  return found
}

function varintField(message: Buffer, wanted: number): number {
  let result = 0
  walk(message, (number, value) => {
    if (number === wanted && typeof value === 'number') result = value
  })
  return result
}

function walk(message: Buffer, visit: (number: number, value: Buffer | number) => void): void {
  let at = 0
  const varint = (): number => {
    let value = 0
    let scale = 1
    while (at < message.length) {
      const byte = message[at++] ?? 0
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 128
    }
    return Number.NaN
  }
  while (at < message.length) {
    const tag = varint()
    const value = varint()
    if (Number.isNaN(value)) return
    if ((tag & 7) === 0) {
      visit(tag >>> 3, value)
      continue
    }
    if ((tag & 7) !== 2 || at + value > message.length) return
    visit(tag >>> 3, message.subarray(at, at + value))
    at += value
  }
}
