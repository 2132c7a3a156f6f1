import { bandIndexOf, lowestSeverity, severityBands } from '@clew/otlp'
import type { LogRow, Pattern, PatternDetail, PatternPage } from '../../api/logs.ts'
import { storeError } from '../schema/store-error.ts'
import { leveledFrom, patternBucketUs } from '../schema/tables.ts'
import { type LogColumns, logColumns, logJoins, logRowOf } from './log-rows.ts'
import type { OpenSegment, OpenSegments } from './open-segments.ts'
import {
  type Parameters,
  type Steps,
  type TimeRange,
  timeRange,
  timeSteps,
  wholeNumber,
} from './parameters.ts'
import { type PatternMerges, patternMerges } from './pattern-merges.ts'
import { countsGoOn, logsGoOn } from './stop.ts'

const maxPatterns = 500
const examples = 20

type PatternRow = { id: number; text: string; severity: number; firstUs: number; lastUs: number }
type Counted = PatternRow & {
  isOwn: boolean
  count: number
  services: Set<string>
  trend: number[]
  bands: number[]
}

const patternSql =
  'SELECT id, text, severity, first_us AS firstUs, last_us AS lastUs FROM pattern WHERE last_us >= ?'

/** Of a segment of the format before no level is known: -1. */
const countSql = ({ version }: OpenSegment): string => {
  const band = version < leveledFrom ? '-1' : 'band'
  return `SELECT pattern, bucket, service, ${band} AS level, sum(count) FROM pattern_rollup AS counts
    JOIN resource ON resource.id = counts.resource
    WHERE bucket BETWEEN ? AND ? AND ${countsGoOn('pattern')} GROUP BY pattern, bucket, service, level`
}

type CountRow = [pattern: number, bucket: number, service: string, band: number, count: number]

/** `GET /api/patterns`: those that occurred in the time asked for, the most frequent first. `q`: words of the pattern or its service. */
export function patterns(segments: OpenSegments, parameters: Parameters): PatternPage {
  const range = timeRange(parameters)
  const merges = patternMerges(segments)
  const known = knownPatterns(segments, merges, range.fromUs)
  const steps = stepsOf(known, range, wholeNumber(parameters, 'steps', 30, 500))
  count(segments, merges, known, range, steps)
  const found = [...known.values()]
    .filter((pattern) => pattern.count > 0 && matches(pattern, parameters.q ?? ''))
    .sort((a, b) => b.count - a.count || a.id - b.id)
    .slice(0, maxPatterns)
  const since = parameters.from === undefined ? Number.MAX_SAFE_INTEGER : range.fromUs
  return {
    fromUnixMs: steps.fromMs,
    stepMs: steps.stepMs,
    patterns: found.map((pattern) => toPattern(pattern, since)),
  }
}

/** `GET /api/patterns/{id}` */
export function pattern(segments: OpenSegments, parameters: Parameters): PatternDetail {
  const asked = wholeNumber(parameters, 'id', 0)
  const range = timeRange(parameters)
  const merges = patternMerges(segments)
  const known = knownPatterns(segments, merges, 0)
  const id = merges(asked)
  const found = known.get(id)
  if (found === undefined) throw storeError('not-found', `no pattern has the number ${asked}`)
  count(segments, merges, new Map([[id, found]]), range, stepsOf(known, range, 30))
  const since = parameters.from === undefined ? Number.MAX_SAFE_INTEGER : range.fromUs
  return { pattern: toPattern(found, since), examples: newestLines(segments, id) }
}

function knownPatterns(segments: OpenSegments, merges: PatternMerges, fromUs: number): Map<number, Counted> {
  const known = new Map<number, Counted>()
  for (const segment of segments.newestFirst()) {
    for (const row of segment.all<PatternRow>(patternSql, fromUs)) {
      const id = merges(row.id)
      const newer = known.get(id)
      if (newer === undefined)
        known.set(id, {
          ...row,
          id,
          isOwn: row.id === id,
          count: 0,
          services: new Set(),
          trend: [],
          bands: severityBands.map(() => 0),
        })
      else {
        // The text of what it is now, not of one that became a part of it.
        if (row.id === id && !newer.isOwn) Object.assign(newer, { text: row.text, isOwn: true })
        newer.firstUs = Math.min(newer.firstUs, row.firstUs)
        newer.lastUs = Math.max(newer.lastUs, row.lastUs)
        newer.severity = Math.max(newer.severity, row.severity)
      }
    }
  }
  return known
}

function stepsOf(known: ReadonlyMap<number, Counted>, { fromUs, toUs }: TimeRange, most: number): Steps {
  let [firstUs, lastUs] = [Number.MAX_SAFE_INTEGER, 0]
  for (const one of known.values()) {
    firstUs = Math.min(firstUs, one.firstUs)
    lastUs = Math.max(lastUs, one.lastUs)
  }
  const fromMs = Math.max(fromUs, Math.min(firstUs, lastUs)) / 1000
  const toMs = Math.max(fromMs, Math.min(toUs, lastUs) / 1000)
  return timeSteps(fromMs, toMs, most, patternBucketUs / 1000)
}

function count(
  segments: OpenSegments,
  merges: PatternMerges,
  known: ReadonlyMap<number, Counted>,
  range: TimeRange,
  steps: Steps,
): void {
  const bucketOf = (us: number): number => Math.floor(us / patternBucketUs)
  for (const segment of segments.newestFirst()) {
    for (const row of segment.arrays<CountRow>(
      countSql(segment),
      bucketOf(range.fromUs),
      bucketOf(range.toUs),
    )) {
      const [id, bucket, service, band, lines] = row
      const one = known.get(merges(id))
      if (one === undefined) continue
      one.count += lines
      one.services.add(service)
      if (band >= 0) one.bands[band] = (one.bands[band] ?? 0) + lines
      const step = Math.floor(((bucket * patternBucketUs) / 1000 - steps.fromMs) / steps.stepMs)
      const at = Math.max(0, Math.min(steps.count - 1, step))
      if (one.trend.length === 0) one.trend = new Array<number>(steps.count).fill(0)
      one.trend[at] = (one.trend[at] ?? 0) + lines
    }
  }
}

function matches({ text, services }: Counted, search: string): boolean {
  const all = `${text} ${[...services].join(' ')}`.toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word))
}

function toPattern(counted: Counted, sinceUs: number): Pattern {
  const { firstUs, lastUs, services, severity, bands, isOwn: _, ...rest } = counted
  return {
    ...rest,
    severity: usualSeverity(bands) ?? severity,
    errors: bands.slice(firstErrorBand).reduce((sum, lines) => sum + lines, 0),
    services: [...services].toSorted(),
    firstUnixMs: Math.floor(firstUs / 1000),
    lastUnixMs: Math.floor(lastUs / 1000),
    isNew: firstUs >= sinceUs,
  }
}

const firstErrorBand = bandIndexOf(lowestSeverity.error)

/** Of the level that most lines have, of two the higher one; undefined when no level was counted. */
function usualSeverity(bands: readonly number[]): number | undefined {
  const most = Math.max(...bands)
  const band = severityBands[bands.lastIndexOf(most)]
  return most === 0 || band === undefined ? undefined : lowestSeverity[band]
}

const newestSql = `SELECT ${logColumns} FROM log ${logJoins} WHERE log.pattern IN (SELECT value FROM json_each(?)) AND ${logsGoOn} ORDER BY log.id DESC LIMIT ?`

function newestLines(segments: OpenSegments, id: number): LogRow[] {
  const lines: LogRow[] = []
  for (const segment of segments.newestFirst()) {
    if (lines.length === examples) break
    for (const columns of segment.arrays<LogColumns>(
      newestSql,
      JSON.stringify(segment.idsOfPattern(id)),
      examples - lines.length,
    )) {
      lines.push(logRowOf(segment.number, columns))
    }
  }
  return lines
}
