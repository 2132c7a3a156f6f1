import type { LogRow, Pattern, PatternDetail, PatternPage } from '../../api/logs.ts'
import { storeError } from '../schema/store-error.ts'
import { patternBucketUs } from '../schema/tables.ts'
import { type LogColumns, logColumns, logJoins, logRowOf } from './log-rows.ts'
import type { OpenSegments } from './open-segments.ts'
import {
  type Parameters,
  type Steps,
  type TimeRange,
  timeRange,
  timeSteps,
  wholeNumber,
} from './parameters.ts'

const maxPatterns = 500
const examples = 20

type PatternRow = { id: number; text: string; severity: number; firstUs: number; lastUs: number }
type Counted = PatternRow & { count: number; services: Set<string>; trend: number[] }

const patternSql =
  'SELECT id, text, severity, first_us AS firstUs, last_us AS lastUs FROM pattern WHERE last_us >= ?'

const countSql = `SELECT pattern, bucket, service, sum(count) FROM pattern_rollup JOIN resource ON resource.id = resource
  WHERE bucket BETWEEN ? AND ? GROUP BY pattern, bucket, service`

type CountRow = [pattern: number, bucket: number, service: string, count: number]

/** `GET /api/patterns`: those that occurred in the time asked for, the most frequent first. `q`: words of the pattern or its service. */
export function patterns(segments: OpenSegments, parameters: Parameters): PatternPage {
  const range = timeRange(parameters)
  const known = knownPatterns(segments, range.fromUs)
  const steps = stepsOf(known, range, wholeNumber(parameters, 'steps', 30, 500))
  count(segments, known, range, steps)
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
  const id = wholeNumber(parameters, 'id', 0)
  const range = timeRange(parameters)
  const known = knownPatterns(segments, 0)
  const found = known.get(id)
  if (found === undefined) throw storeError('not-found', `no pattern has the number ${id}`)
  count(segments, new Map([[id, found]]), range, stepsOf(known, range, 30))
  const since = parameters.from === undefined ? Number.MAX_SAFE_INTEGER : range.fromUs
  return { pattern: toPattern(found, since), examples: newestLines(segments, id) }
}

function knownPatterns(segments: OpenSegments, fromUs: number): Map<number, Counted> {
  const known = new Map<number, Counted>()
  for (const segment of segments.newestFirst()) {
    for (const row of segment.all<PatternRow>(patternSql, fromUs)) {
      const newer = known.get(row.id)
      if (newer === undefined) known.set(row.id, { ...row, count: 0, services: new Set(), trend: [] })
      else {
        newer.firstUs = Math.min(newer.firstUs, row.firstUs)
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
  known: ReadonlyMap<number, Counted>,
  range: TimeRange,
  steps: Steps,
): void {
  const bucketOf = (us: number): number => Math.floor(us / patternBucketUs)
  for (const segment of segments.newestFirst()) {
    for (const row of segment.arrays<CountRow>(countSql, bucketOf(range.fromUs), bucketOf(range.toUs))) {
      const [id, bucket, service, lines] = row
      const one = known.get(id)
      if (one === undefined) continue
      one.count += lines
      one.services.add(service)
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
  const { firstUs, lastUs, services, ...rest } = counted
  return {
    ...rest,
    services: [...services].toSorted(),
    firstUnixMs: Math.floor(firstUs / 1000),
    lastUnixMs: Math.floor(lastUs / 1000),
    isNew: firstUs >= sinceUs,
  }
}

const newestSql = `SELECT ${logColumns} FROM log ${logJoins} WHERE log.pattern = ? ORDER BY log.id DESC LIMIT ?`

function newestLines(segments: OpenSegments, id: number): LogRow[] {
  const lines: LogRow[] = []
  for (const segment of segments.newestFirst()) {
    if (lines.length === examples) break
    for (const columns of segment.arrays<LogColumns>(newestSql, id, examples - lines.length)) {
      lines.push(logRowOf(segment.number, columns))
    }
  }
  return lines
}
