import { decodeRetryDelayMs } from '@clew/otlp'
import { maxMessage, type Outcome } from './outcome.ts'

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
  // Records are given up on a status alone that can be read.
  if (!Number.isSafeInteger(code) || code < 0) return { kind: 'retry', reason: 'an unreadable gRPC status' }
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
    return decodeURIComponent(message).slice(0, maxMessage)
  } catch {
    return message.slice(0, maxMessage)
  }
}

/** Details that cannot be read say nothing. */
function retryDelayMs(details: Buffer): number | undefined {
  try {
    return decodeRetryDelayMs(details)
  } catch {
    return undefined
  }
}
