import { sizeOf } from '../schema/segment-files.ts'

export type RetentionLimits = { maxBytes: number; maxAgeMs: number | undefined }

/** A finished segment. `lastUs` is when its last record arrived, whatever time that record has. */
export type FinishedSegment = { path: string; bytes: number; lastUs: number }

/** The segments to delete, oldest first: what is too old, then what is too much. The current one stays. */
export function expiredSegments(
  finished: readonly FinishedSegment[],
  currentBytes: number,
  nowUs: number,
  { maxBytes, maxAgeMs }: RetentionLimits,
): FinishedSegment[] {
  let bytes = currentBytes + finished.reduce((sum, one) => sum + one.bytes, 0)
  const oldestUs = maxAgeMs === undefined ? 0 : nowUs - maxAgeMs * 1000
  const expired: FinishedSegment[] = []
  const arrivedUs = arrivals(finished, nowUs)
  for (const [index, segment] of finished.entries()) {
    if (arrivedUs[index]! >= oldestUs && bytes <= maxBytes) break
    expired.push(segment)
    bytes -= segment.bytes
  }
  return expired
}

/** What arrived before something else did so no later, and nothing arrived after now: the clock was set back since. */
function arrivals(finished: readonly FinishedSegment[], nowUs: number): number[] {
  let latestUs = nowUs
  return finished
    .toReversed()
    .map(({ lastUs }) => {
      latestUs = Math.min(latestUs, lastUs)
      return latestUs
    })
    .toReversed()
}

/** Bytes after which a new segment begins: eight or more make the store. */
export function segmentBytes(maxBytes: number): number {
  return Math.min(256 * 1024 * 1024, Math.max(1024 * 1024, Math.floor(maxBytes / 8)))
}

export function measured(path: string, lastUs: number): FinishedSegment {
  return { path, bytes: sizeOf(path), lastUs }
}
