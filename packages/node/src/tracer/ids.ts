import { randomFillSync } from 'node:crypto'
import type { SpanContext } from '@opentelemetry/api'

/** Makes trace and span ids. The interface of the SDK's IdGenerator. */
export type IdGenerator = {
  /** Absent or false when the last 14 digits of a trace id are not random. */
  readonly isRandom?: boolean
  /** 32 lower-case hex digits. */
  generateTraceId(): string
  /** 16 lower-case hex digits. */
  generateSpanId(): string
}

const poolBytes = 4_096

/** Random ids out of a pool of cryptographic bytes that is filled again when used up. */
export function createRandomIds(): IdGenerator {
  const pool = Buffer.allocUnsafeSlow(poolBytes)
  let position = poolBytes
  const take = (bytes: number): string => {
    if (position + bytes > poolBytes) {
      randomFillSync(pool)
      position = 0
    }
    const start = position
    position += bytes
    return pool.toString('hex', start, position)
  }
  return { isRandom: true, generateTraceId: () => take(16), generateSpanId: () => take(8) }
}

const traceIdPattern = /^(?!0+$)[\da-f]{32}$/i
const spanIdPattern = /^(?!0+$)[\da-f]{16}$/i

/** True for ids of the right length that are not all zeros. */
export function isValidContext({ traceId, spanId }: SpanContext): boolean {
  return traceIdPattern.test(traceId) && spanIdPattern.test(spanId)
}
