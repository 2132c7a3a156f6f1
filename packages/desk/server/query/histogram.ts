import { bandIndexOf, lowestSeverity, severityBands } from '@clew/otlp'
import { mayMatch, type Search } from '@clew/search'
import type { LogHistogram } from '../../api/logs.ts'
import { type RollupName, rollups } from '../schema/tables.ts'
import { countLines, type FoundLine } from './count-lines.ts'
import type { OpenSegments } from './open-segments.ts'
import {
  type Parameters,
  type Steps,
  searchOf,
  type TimeRange,
  timeRange,
  timeSteps,
  wholeNumber,
} from './parameters.ts'
import { countsGoOn } from './stop.ts'

/** Below the width of a bucket every line is counted by itself: of so many lines, in a few hundredths of a second. */
const bucketMs = rollups.rollup / 1000
const leastStepMs = 1000
const mostFine = 50_000
/** Of a bucket that lies in the range in part, so many lines are counted by themselves. */
const mostAtEdge = 20_000

type Counts = { series: LogHistogram['series']; total: number }

/** Lines of a band and a service, at an instant or from there to the end of a bucket. */
type Take = (atMs: number, band: number, service: string, count: number) => void

/** `GET /api/logs/histogram` */
export function histogram(segments: OpenSegments, parameters: Parameters): LogHistogram {
  const { steps, count } = stepsAsked(segments, parameters)
  const counts = emptyCounts(steps)
  const counted = count((atMs, band, _, lines) => add(counts, steps, atMs, band, lines))
  return { fromUnixMs: steps.fromMs, stepMs: steps.stepMs, ...counts, counted }
}

/** All lines of a search and its time by band and by service: the same that its histogram of as many `steps` has. */
export function countByBandAndService(
  segments: OpenSegments,
  parameters: Parameters,
): { bands: number[]; services: Map<string, number>; total: number; counted: LogHistogram['counted'] } {
  const bands = severityBands.map(() => 0)
  const services = new Map<string, number>()
  let total = 0
  const counted = stepsAsked(segments, parameters).count((_, band, service, lines) => {
    bands[band] = (bands[band] ?? 0) + lines
    services.set(service, (services.get(service) ?? 0) + lines)
    total += lines
  })
  return { bands, services, total, counted }
}

type Asked = { steps: Steps; count(take: Take): LogHistogram['counted'] }

function stepsAsked(segments: OpenSegments, parameters: Parameters): Asked {
  const asked = timeRange(parameters)
  const search = searchOf(parameters.q)
  const [firstUs, lastUs] = timeOfLogs(segments)
  const range = {
    fromUs: Math.max(asked.fromUs, Math.min(firstUs, lastUs)),
    toUs: Math.min(asked.toUs, lastUs),
  }
  const most = wholeNumber(parameters, 'steps', 60, 500)
  const endMs = parameters.to === undefined ? range.toUs / 1000 : asked.toUs / 1000
  const startMs = parameters.from === undefined ? range.fromUs / 1000 : asked.fromUs / 1000
  const stepsFrom = (leastMs: number) => timeSteps(startMs, Math.max(startMs, endMs), most, leastMs)
  const fine = stepsFrom(leastStepMs)
  const isFine = fine.stepMs < bucketMs && (!isOfCounts(search) || linesWithin(segments, range) <= mostFine)
  const steps = isFine ? fine : stepsFrom(bucketMs)
  const count = (take: Take): LogHistogram['counted'] => {
    const takeLine: TakeLine = ([us, severity, service], times) =>
      take(us / 1000, bandIndexOf(severity), service, times)
    if (!isOfCounts(search) || isFine) return countLines(segments, search, range, takeLine)
    const table = steps.stepMs * 1000 >= rollups.rollup_wide ? 'rollup_wide' : 'rollup'
    // Outside the lines that there are, an edge cuts nothing off.
    const widest = rollups.rollup_wide
    const open = {
      fromUs: asked.fromUs > firstUs ? range.fromUs : Math.floor(range.fromUs / widest) * widest,
      toUs: asked.toUs < lastUs ? range.toUs : (Math.floor(range.toUs / widest) + 1) * widest - 1,
    }
    return countBuckets({ segments, search, take, takeLine }, open, table)
  }
  return { steps, count }
}

function timeOfLogs(segments: OpenSegments): [firstUs: number, lastUs: number] {
  const rows = segments
    .newestFirst()
    .flatMap(
      (segment) =>
        segment.get<{ first: number | null; last: number | null }>(
          'SELECT (SELECT min(us) FROM log) AS first, (SELECT max(us) FROM log) AS last',
        ) ?? [],
    )
  const first = rows.flatMap((row) => row.first ?? [])
  const last = rows.flatMap((row) => row.last ?? [])
  return [Math.min(Number.MAX_SAFE_INTEGER, ...first), Math.max(0, ...last)]
}

function linesWithin(segments: OpenSegments, { fromUs, toUs }: TimeRange): number {
  const sql = 'SELECT coalesce(sum(count), 0) FROM rollup WHERE bucket BETWEEN ? AND ?'
  const buckets = [fromUs, toUs].map((us) => Math.floor(us / rollups.rollup))
  return segments
    .newestFirst()
    .reduce((sum, segment) => sum + (segment.arrays<[number]>(sql, ...buckets)[0]?.[0] ?? 0), 0)
}

/** Whether a search asks for nothing but what counts are kept of: levels and services. */
function isOfCounts(tree: Search): boolean {
  switch (tree.kind) {
    case 'all':
    case 'any':
      return tree.parts.every(isOfCounts)
    case 'not':
      return isOfCounts(tree.part)
    case 'has':
      return tree.what === 'error'
    case 'field':
      return tree.key === 'service'
    default:
      return tree.kind === 'everything' || tree.kind === 'level'
  }
}

type TakeLine = (line: FoundLine, times: number) => void
type Counting = { segments: OpenSegments; search: Search; take: Take; takeLine: TakeLine }

/**
 * From the counts that were written with the lines. Of a bucket that lies in the range in part the lines are counted, or, where
 * they are many, estimated by the part of its time: a `sample`.
 */
function countBuckets(counting: Counting, range: TimeRange, table: RollupName): 'all' | 'sample' {
  const bucketUs = rollups[table]
  const first = Math.ceil(range.fromUs / bucketUs)
  const end = Math.floor((range.toUs + 1) / bucketUs)
  if (first < end) takeBuckets(counting, table, first, end - 1, 1)
  const parts =
    first > end
      ? [range]
      : [
          { fromUs: range.fromUs, toUs: first * bucketUs - 1 },
          { fromUs: end * bucketUs, toUs: range.toUs },
        ]
  const counted = parts
    .filter(({ fromUs, toUs }) => fromUs <= toUs)
    .map((part) =>
      table === 'rollup_wide' ? countBuckets(counting, part, 'rollup') : countEdge(counting, part),
    )
  return counted.every((one) => one === 'all') ? 'all' : 'sample'
}

/** Within one bucket of the narrow counts. */
function countEdge(counting: Counting, part: TimeRange): 'all' | 'sample' {
  const { segments, search, takeLine } = counting
  if (linesWithin(segments, part) <= mostAtEdge)
    return countLines(segments, search, part, takeLine) === 'all' ? 'all' : 'sample'
  const bucket = Math.floor(part.fromUs / rollups.rollup)
  takeBuckets(counting, 'rollup', bucket, bucket, (part.toUs - part.fromUs + 1) / rollups.rollup)
  return 'sample'
}

/** The counts of whole buckets, or of a share of one. */
function takeBuckets(
  { segments, search, take }: Counting,
  table: RollupName,
  first: number,
  last: number,
  share: number,
): void {
  const sql = `SELECT bucket, band, service, sum(count) FROM ${table} AS counts
    JOIN resource ON resource.id = counts.resource WHERE bucket BETWEEN ? AND ? AND ${countsGoOn('band')} GROUP BY bucket, band, service`
  for (const segment of segments.newestFirst()) {
    type Row = [bucket: number, band: number, service: string, count: number]
    segment.each<Row>(sql, [first, last], ([bucket, band, service, count]) => {
      const severityNumber = lowestSeverity[severityBands[band] ?? 'info']
      if (mayMatch(search, { severityNumber, service }))
        take((bucket * rollups[table]) / 1000, band, service, Math.round(count * share))
    })
  }
}

function add(counts: Counts, steps: Steps, atMs: number, band: number, count: number): void {
  const step = Math.max(0, Math.min(steps.count - 1, Math.floor((atMs - steps.fromMs) / steps.stepMs)))
  const series = counts.series[severityBands[band] ?? 'info']
  series[step] = (series[step] ?? 0) + count
  counts.total += count
}

function emptyCounts({ count }: Steps): Counts {
  const zeros = (): number[] => new Array<number>(count).fill(0)
  const series = Object.fromEntries(severityBands.map((band) => [band, zeros()])) as Counts['series']
  return { series, total: 0 }
}
