import { sizeOf } from '../schema/segment-files.ts'

export type RetentionLimits = { maxBytes: number; maxAgeMs: number | undefined }

/** A finished segment. `lastUs` is when it got its last record. */
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
  for (const segment of finished) {
    if (segment.lastUs >= oldestUs && bytes <= maxBytes) break
    expired.push(segment)
    bytes -= segment.bytes
  }
  return expired
}

/** Bytes after which a new segment begins: eight or more make the store. */
export function segmentBytes(maxBytes: number): number {
  return Math.min(256 * 1024 * 1024, Math.max(1024 * 1024, Math.floor(maxBytes / 8)))
}

export function measured(path: string, lastUs: number): FinishedSegment {
  return { path, bytes: sizeOf(path), lastUs }
}
