import type { Search } from '@clew/search'
import type { LogHistogram } from '../../api/logs.ts'
import { textBlock } from '../schema/tables.ts'
import { type LogSource, logSource } from './log-search.ts'
import type { OpenSegment, OpenSegments, SqlValue } from './open-segments.ts'
import type { TimeRange } from './parameters.ts'

/** Lines that are counted one by one: about a third of a second where no text is read. */
const maxCounted = 200_000
/** Blocks of 16 lines that are read whole to count words: about a fifth of a second. */
const maxBlocks = 5000
/** With fewer found in a sample its error would be above a tenth. */
const leastFound = 400

export type FoundLine = [us: number, severity: number]

/**
 * Passes on the lines that match, each with how many it stands for: words that are in too many blocks of the full-text
 * index are counted in an even sample of them. Tells what was counted.
 */
export function countLines(
  segments: OpenSegments,
  search: Search,
  range: TimeRange,
  add: (line: FoundLine, times: number) => void,
): LogHistogram['counted'] {
  const all = segments.newestFirst()
  const source = logSource(all, search, range)
  if (source.match !== undefined) {
    const places = all.map((segment) => ({ segment, blocks: blocksIn(segment, range) }))
    const stride = strideOf(places, source.match)
    if (stride > 1) {
      const lines = places.flatMap((place) => sampleOf(place, source, stride))
      if (lines.length >= leastFound) {
        for (const line of lines) add(line, stride)
        return 'sample'
      }
    }
  }
  return countNewest(all, source, add)
}

function countNewest(
  segments: readonly OpenSegment[],
  { from, where, parameters, newestFirst }: LogSource,
  add: (line: FoundLine, times: number) => void,
): 'all' | 'newest' {
  let left = maxCounted
  const sql = `SELECT log.us, log.severity FROM ${from} WHERE ${where} ORDER BY ${newestFirst} LIMIT ?`
  for (const segment of segments) {
    const lines = segment.arrays<FoundLine>(sql, ...parameters, left)
    for (const line of lines) add(line, 1)
    left -= lines.length
    if (left <= 0) return 'newest'
  }
  return 'all'
}

type Blocks = [first: number, last: number]
type Place = { segment: OpenSegment; blocks: Blocks }

/** The blocks in which a segment has lines of that time; of a time that it lies in whole, all. */
function blocksIn(segment: OpenSegment, { fromUs, toUs }: TimeRange): Blocks {
  const [ends] = segment.arrays<[number | null, number | null]>(
    'SELECT (SELECT min(us) FROM log), (SELECT max(us) FROM log)',
  )
  const [firstUs, lastUs] = ends ?? [null, null]
  if (firstUs === null || lastUs === null) return [0, -1]
  if (firstUs >= fromUs && lastUs <= toUs) return [0, Number.MAX_SAFE_INTEGER]
  const sql = 'SELECT min(id), max(id) FROM log INDEXED BY log_time WHERE us BETWEEN ? AND ?'
  const [first, last] = segment.arrays<[number | null, number | null]>(sql, fromUs, toUs)[0] ?? [null, null]
  return first === null || last === null
    ? [0, -1]
    : [Math.floor(first / textBlock), Math.floor(last / textBlock)]
}

/** One block of so many is enough. */
function strideOf(places: readonly Place[], match: SqlValue): number {
  const sql = 'SELECT count(*) FROM log_text WHERE log_text MATCH ? AND log_text.rowid BETWEEN ? AND ?'
  const blocks = places.reduce(
    (sum, { segment, blocks }) => sum + (segment.arrays<[number]>(sql, match, ...blocks)[0]?.[0] ?? 0),
    0,
  )
  return Math.ceil(blocks / maxBlocks)
}

/** Blocks by a hash of their number: traffic that repeats itself must not meet the stride. */
function sampleOf({ segment, blocks }: Place, source: LogSource, stride: number): FoundLine[] {
  const sql = `SELECT log.us, log.severity FROM ${source.from}
    WHERE ${source.where} AND log_text.rowid BETWEEN ? AND ? AND (log_text.rowid * 2654435761 / 65536) % ? = 0`
  return segment.arrays<FoundLine>(sql, ...source.parameters, ...blocks, stride)
}
