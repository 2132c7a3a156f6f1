import { textBlock } from '../schema/tables.ts'
import type { OpenSegment } from './open-segments.ts'
import type { TimeRange } from './parameters.ts'

/** Lines of the first slice, and how much larger each is than the one before. */
const firstSlice = 2048
const growth = 4
/** Behind the slice of so many comes all that is left: to find the blocks of a slice its lines are counted. */
const lastSlice = 32_768
/** Lines that are likely to be found in a slice, at most; a block that was not looked at yet has one. */
const mostFound = 256
const fewLooked = 256
/** Lines whose ids begin alike are looked up together: so many bits are not their beginning. */
const zoneBits = 10
const mostZones = 64

export type BlockRange = [first: number, last: number]
const everyBlock: BlockRange[] = [[0, Number.MAX_SAFE_INTEGER]]

/** What a slice is asked for, of these blocks. */
export type SliceOfTime = {
  /** How many of them the index finds. */
  count(blocks: BlockRange): number
  /** Adds the lines that match; returns how many. */
  add(slice: TimeRange, blocks: BlockRange): number
}

/**
 * The full-text index knows no time: from the newest slice of time on it is asked for the blocks around the lines of the slice, until
 * `limit` lines are found. So the newest come first in whatever order lines arrived. A slice in which much is likely to be found is
 * made smaller, since all of it must be looked at. `progress.toUs`: from there on all is done.
 */
export function timeSlices(
  segment: OpenSegment,
  { fromUs, toUs }: TimeRange,
  progress: { toUs: number },
  limit: number,
  { count, add }: SliceOfTime,
): void {
  let [found, looked] = [0, 0]
  for (let [endUs, size] = [toUs, firstSlice]; endUs >= fromUs && found < limit; ) {
    const isRest = size > lastSlice
    const slice = {
      fromUs: isRest ? fromUs : Math.max(fromUs, beginOf(segment, endUs, size)),
      toUs: endUs,
    }
    const ranges = isRest ? everyBlock : blocksOf(segment, slice)
    const blocks = size === firstSlice ? 0 : ranges.reduce((sum, range) => sum + count(range), 0)
    const likely = looked < fewLooked ? blocks : (blocks * found) / looked
    if (likely > mostFound) {
      size /= growth
      continue
    }
    looked += blocks
    for (const range of ranges) found += add(slice, range)
    progress.toUs = slice.fromUs
    endUs = slice.fromUs - 1
    size = Math.min(size * growth, lastSlice * growth)
  }
}

/** The time of the line that is so many lines older. */
function beginOf(segment: OpenSegment, toUs: number, lines: number): number {
  const sql = 'SELECT us FROM log INDEXED BY log_time WHERE us <= ? ORDER BY us DESC LIMIT 1 OFFSET ?'
  return segment.arrays<[number]>(sql, toUs, lines)[0]?.[0] ?? 0
}

function blocksOf(segment: OpenSegment, { fromUs, toUs }: TimeRange): BlockRange[] {
  const sql = `SELECT DISTINCT id >> ${zoneBits} FROM log INDEXED BY log_time WHERE us BETWEEN ? AND ?`
  const zones = segment.arrays<[number]>(sql, fromUs, toUs).map(([zone]) => zone)
  const ranges: BlockRange[] = []
  for (const zone of zones.sort((a, b) => a - b)) {
    const before = ranges.at(-1)
    if (before !== undefined && (before[1] === zone - 1 || ranges.length === mostZones)) before[1] = zone
    else ranges.push([zone, zone])
  }
  const blocks = 2 ** zoneBits / textBlock
  return ranges.map(([first, last]) => [first * blocks, last * blocks + blocks - 1])
}
