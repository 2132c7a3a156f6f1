import { patternBucketUs } from '../schema/tables.ts'
import type { OpenSegments } from './open-segments.ts'
import { type Parameters, timeRange } from './parameters.ts'
import { patternMerges } from './pattern-merges.ts'
import { countsGoOn } from './stop.ts'

/** Lines of patterns by minute, as they are stored. Lists begin with the minute of `from` and end with that of `to`. */
export type PatternCounts = { counts: { [id: string]: number[] } }

const countSql = `SELECT pattern, bucket, sum(count) FROM pattern_rollup AS counts
  WHERE bucket BETWEEN ? AND ? AND ${countsGoOn('pattern')} GROUP BY pattern, bucket`

type CountRow = [pattern: number, bucket: number, count: number]

/** `ids`: whole numbers, with commas between. Of each that is asked for, with those that became a part of it. */
export function patternCounts(segments: OpenSegments, parameters: Parameters): PatternCounts {
  const { fromUs, toUs } = timeRange(parameters)
  const [first, last] = [Math.floor(fromUs / patternBucketUs), Math.floor(toUs / patternBucketUs)]
  const merges = patternMerges(segments)
  const asked = (parameters.ids ?? '').split(',').map(Number)
  const known = new Map(asked.map((id) => [merges(id), new Array<number>(last - first + 1).fill(0)]))
  for (const segment of segments.newestFirst()) {
    for (const [id, bucket, lines] of segment.arrays<CountRow>(countSql, first, last)) {
      const own = known.get(merges(id))
      if (own) own[bucket - first] = (own[bucket - first] ?? 0) + lines
    }
  }
  return { counts: Object.fromEntries(asked.map((id) => [id, known.get(merges(id)) ?? []])) }
}
