import { randomFillSync } from 'node:crypto'
import { noteHexId } from '@clew/otlp'
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
/** So much becomes text at once. An id is a part of that text, and keeps it in memory. */
const blockBytes = 512

/** Random ids out of a pool of cryptographic bytes that is filled again when used up. */
export function createRandomIds(): IdGenerator {
  const pool = Buffer.allocUnsafeSlow(poolBytes)
  const view = new DataView(pool.buffer, pool.byteOffset, poolBytes)
  let text = ''
  let block = poolBytes
  let used = blockBytes
  const nextBlock = (): void => {
    block += blockBytes
    if (block >= poolBytes) {
      randomFillSync(pool)
      block = 0
    }
    text = pool.toString('hex', block, block + blockBytes)
    used = 0
  }
  const take = (bytes: number): string => {
    if (used + bytes > blockBytes) nextBlock()
    const id = text.slice(used * 2, (used + bytes) * 2)
    noteHexId(id, view, block + used)
    used += bytes
    return id
  }
  return { isRandom: true, generateTraceId: () => take(16), generateSpanId: () => take(8) }
}

const traceIdPattern = /^(?!0+$)[\da-f]{32}$/i
const spanIdPattern = /^(?!0+$)[\da-f]{16}$/i

/** True for ids of the right length that are not all zeros. */
export function isValidContext({ traceId, spanId }: SpanContext): boolean {
  return traceIdPattern.test(traceId) && spanIdPattern.test(spanId)
}
