import { randomnessOf } from './threshold.ts'
import { hashTraceId } from './trace-id-hash.ts'

/** Takes the id of a trace that began elsewhere and has no `rv`; one that was seen lately does not count again. */
export type IdWatch = (traceId: string) => void

const idsPerLook = 4_096
/** Of the topmost 6 bits, which decide whether a trace is among the first few of a hundred. */
const bucketCount = 64
/** Random ids give 63 ± 11; ids whose last digits count up, or are zeros, hundreds of thousands. */
const mostChiSquare = 150
const seenBits = 2 ** 16

/**
 * Looks at each 4,096 trace ids whether they are random where that is presumed, in their last 56 bits, and says once when they
 * are not: then the share that is kept is not the one that was asked for. It changes nothing: another process may see other ids.
 */
export function createIdWatch(say: (chiSquare: number) => void): IdWatch {
  const buckets = new Uint32Array(bucketCount)
  const seen = new Uint8Array(seenBits / 8)
  let count = 0
  let isOver = false
  const isNews = (traceId: string): boolean => {
    const bit = Number.parseInt(hashTraceId(traceId).slice(0, 4), 16)
    const [byte, mask] = [bit >>> 3, 1 << (bit & 7)]
    if ((seen[byte]! & mask) !== 0) return false
    seen[byte]! |= mask
    return true
  }
  const look = (): void => {
    const chiSquare = chiSquareOf(buckets, idsPerLook / bucketCount)
    if (chiSquare > mostChiSquare) {
      isOver = true
      say(Math.round(chiSquare))
    }
    buckets.fill(0)
    seen.fill(0)
    count = 0
  }
  return (traceId) => {
    if (isOver || !isNews(traceId)) return
    buckets[Number.parseInt(randomnessOf(traceId, undefined).slice(0, 2), 16) >>> 2]!++
    if (++count === idsPerLook) look()
  }
}

function chiSquareOf(counts: Uint32Array, expected: number): number {
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}
