import { bandIndexOf, lowestSeverity } from '@clew/otlp'
import type { ServiceMap, ServiceRow } from '../../api/services.ts'
import { kindConsumer, kindServer, statusError } from '../../chain/model.ts'
import { type RollupName, rollups } from '../schema/tables.ts'
import type { OpenSegments } from './open-segments.ts'
import { type Parameters, type TimeRange, timeRange } from './parameters.ts'
import { edgesOf, percentile, type SeenSpan } from './service-edges.ts'
import { countsGoOn, logsGoOn, spansGoOn } from './stop.ts'

/** Spans that are looked at, the newest: enough for a map, and bounded in time. */
const maxSpans = 50_000

type SpanColumns = [
  ...[span: string, parent: string, durationNs: number | null, kind: number, status: number],
  ...[service: string, instance: string, attributes: string, links: string | null],
]

const spansSql = `SELECT lower(hex(span)), lower(hex(parent)), duration_ns, kind, status, service, instance,
    iif(kind IN (3, 4, 5), span.attributes, ''), iif(kind = 5 AND parent IS NULL, links, NULL)
  FROM span JOIN resource ON resource.id = span.resource WHERE us BETWEEN ? AND ? AND ${spansGoOn} ORDER BY us DESC LIMIT ?`

/** `GET /api/services` */
export function services(segments: OpenSegments, parameters: Parameters): ServiceMap {
  const range = timeRange(parameters)
  const spans = readSpans(segments, range)
  const rows = serviceRows(spans)
  countLogs(segments, range, rows)
  const weighed = weighLines(segments, range, rows)
  return {
    services: [...rows.values()].map(toRow).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    edges: edgesOf(spans, () => segments.stop.check(range.toUs)),
    ...{ sampled: spans.length, weighed },
  }
}

function readSpans(segments: OpenSegments, { fromUs, toUs }: TimeRange): SeenSpan[] {
  const spans: SeenSpan[] = []
  for (const segment of segments.newestFirst()) {
    if (spans.length >= maxSpans) break
    for (const columns of segment.arrays<SpanColumns>(spansSql, fromUs, toUs, maxSpans - spans.length)) {
      const [id, parent, durationNs, kind, status, service, instance, attributes, links] = columns
      const ms = Math.max(0, durationNs ?? 0) / 1e6
      const parentId = parent === '' ? linkedTo(links) : parent
      spans.push({ id, parentId, ms, kind, failed: status === statusError, service, instance, attributes })
    }
  }
  return spans
}

/** The span that made a job whose trace is its own; "" when nothing says. */
function linkedTo(links: string | null): string {
  const [first] = links === null ? [] : (JSON.parse(links) as { spanId: string }[])
  return first?.spanId ?? ''
}

type ServiceCounts = Omit<ServiceRow, 'p50Ms' | 'p95Ms' | 'instances' | 'weighed'> & {
  released: number
  written: number
  isWeighed: boolean
  times: number[]
  seen: Set<string>
}

function serviceRows(spans: readonly SeenSpan[]): Map<string, ServiceCounts> {
  const rows = new Map<string, ServiceCounts>()
  for (const { service, instance, kind, ms, failed } of spans) {
    const row = rowOf(rows, service)
    row.spans++
    if (failed) row.failedSpans++
    row.seen.add(instance)
    if (kind === kindServer || kind === kindConsumer) row.times.push(ms)
  }
  return rows
}

function rowOf(rows: Map<string, ServiceCounts>, name: string): ServiceCounts {
  const known = rows.get(name)
  if (known !== undefined) return known
  const row = {
    ...{ name, spans: 0, failedSpans: 0, logs: 0, failedLogs: 0, times: [], seen: new Set<string>() },
    ...{ released: 0, written: 0, isWeighed: false },
  }
  rows.set(name, row)
  return row
}

/** From here on the counts of 10 minutes are exact enough. */
const longUs = 6 * 3_600_000_000

function countLogs(
  segments: OpenSegments,
  { fromUs, toUs }: TimeRange,
  rows: Map<string, ServiceCounts>,
): void {
  type Row = { service: string; instance: string; logs: number; failed: number }
  const table: RollupName = toUs - fromUs >= longUs ? 'rollup_wide' : 'rollup'
  const sql = `SELECT service, instance, sum(count) AS logs, sum(iif(band >= ${bandIndexOf(lowestSeverity.error)}, count, 0)) AS failed
    FROM ${table} AS counts JOIN resource ON resource.id = counts.resource WHERE bucket BETWEEN ? AND ? AND ${countsGoOn('band')}
    GROUP BY service, instance`
  const bucketOf = (us: number): number => Math.floor(us / rollups[table])
  for (const segment of segments.newestFirst()) {
    for (const found of segment.all<Row>(sql, bucketOf(fromUs), bucketOf(toUs))) {
      const row = rowOf(rows, found.service)
      row.logs += found.logs
      row.failedLogs += found.failed
      row.seen.add(found.instance)
    }
  }
}

/** Lines whose weights are looked at, the newest. */
const maxLines = 50_000

const weightsSql = `SELECT service, count(*), count(*) - count(weight), sum(weight = 0), sum(weight)
  FROM (
    SELECT resource, iif(instr(attributes, '"log.sample.weight"') > 0, attributes ->> '$."log.sample.weight"', NULL) AS weight
    FROM log WHERE us BETWEEN ? AND ? AND ${logsGoOn} ORDER BY us DESC LIMIT ?
  ) AS line JOIN resource ON resource.id = line.resource GROUP BY service`

type WeightColumns = [
  service: string,
  lines: number,
  unweighed: number,
  released: number | null,
  sum: number | null,
]

/** Returns how many lines were looked at. */
function weighLines(
  segments: OpenSegments,
  { fromUs, toUs }: TimeRange,
  rows: Map<string, ServiceCounts>,
): number {
  let seen = 0
  for (const segment of segments.newestFirst()) {
    if (seen >= maxLines) break
    for (const columns of segment.arrays<WeightColumns>(weightsSql, fromUs, toUs, maxLines - seen)) {
      const [service, lines, unweighed, released, sum] = columns
      const row = rowOf(rows, service)
      row.released += released ?? 0
      row.written += unweighed + (sum ?? 0)
      row.isWeighed ||= unweighed < lines
      seen += lines
    }
  }
  return seen
}

function toRow({ times, seen, released, written, isWeighed, ...counts }: ServiceCounts): ServiceRow {
  const sorted = times.toSorted((a, b) => a - b)
  return {
    ...{ ...counts, p50Ms: percentile(sorted, 0.5), p95Ms: percentile(sorted, 0.95), instances: seen.size },
    ...(isWeighed && { weighed: { released, written: Math.round(written) } }),
  }
}
