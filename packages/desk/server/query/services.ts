import { bandIndexOf, lowestSeverity } from '@clew/otlp'
import { attributeText, databaseOf } from '@clew/otlp/text'
import type { Fields } from '../../api/chain.ts'
import type { ServiceEdge, ServiceMap, ServiceRow } from '../../api/services.ts'
import { kindClient, kindConsumer, kindProducer, kindServer, statusError } from '../../chain/model.ts'
import { type RollupName, rollups } from '../schema/tables.ts'
import type { OpenSegments } from './open-segments.ts'
import { type Parameters, type TimeRange, timeRange } from './parameters.ts'

/** Spans that are looked at, the newest: enough for a map, and bounded in time. */
const maxSpans = 50_000

type SpanColumns = [
  ...[span: string, parent: string, durationNs: number | null, kind: number, status: number],
  ...[service: string, instance: string, attributes: string, links: string | null],
]

const spansSql = `SELECT lower(hex(span)), lower(hex(parent)), duration_ns, kind, status, service, instance,
    iif(kind IN (3, 4, 5), span.attributes, ''), iif(kind = 5 AND parent IS NULL, links, NULL)
  FROM span JOIN resource ON resource.id = span.resource WHERE us BETWEEN ? AND ? ORDER BY us DESC LIMIT ?`

/** Ids of spans are random enough to be told apart across traces. `parentId` may be that of a linked span. */
type SeenSpan = {
  id: string
  parentId: string
  ms: number
  kind: number
  failed: boolean
  service: string
  instance: string
  attributes: string
}

/** `GET /api/services` */
export function services(segments: OpenSegments, parameters: Parameters): ServiceMap {
  const range = timeRange(parameters)
  const spans = readSpans(segments, range)
  const rows = serviceRows(spans)
  countLogs(segments, range, rows)
  const weighed = weighLines(segments, range, rows)
  return {
    services: [...rows.values()].map(toRow).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    edges: edgesOf(spans),
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
    FROM ${table} AS counts JOIN resource ON resource.id = counts.resource WHERE bucket BETWEEN ? AND ?
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
    FROM log WHERE us BETWEEN ? AND ? ORDER BY us DESC LIMIT ?
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

type EdgeCounts = Omit<ServiceEdge, 'p95Ms'> & { times: number[] }

function edgesOf(spans: readonly SeenSpan[]): ServiceEdge[] {
  const byId = new Map(spans.map((span) => [span.id, span]))
  const answered = new Set(
    spans.filter(({ kind }) => kind === kindServer || kind === kindConsumer).map(({ parentId }) => parentId),
  )
  const edges = new Map<string, EdgeCounts>()
  for (const span of spans) {
    const edge = edgeOf(span, byId.get(span.parentId), answered)
    if (edge === undefined) continue
    const key = JSON.stringify(edge)
    const counts = edges.get(key) ?? { ...edge, count: 0, failed: 0, times: [] }
    counts.count++
    if (span.failed) counts.failed++
    counts.times.push(span.ms)
    edges.set(key, counts)
  }
  return [...edges.values()]
    .map(({ times, ...edge }) => ({
      ...edge,
      p95Ms:
        percentile(
          times.toSorted((a, b) => a - b),
          0.95,
        ) ?? 0,
    }))
    .toSorted((a, b) => b.count - a.count)
}

type Edge = Pick<ServiceEdge, 'from' | 'to' | 'kind' | 'label'>

/** What a span says of who calls whom. A call that was answered is told by the answer. */
function edgeOf(
  span: SeenSpan,
  parent: SeenSpan | undefined,
  answered: ReadonlySet<string>,
): Edge | undefined {
  const { kind, service } = span
  if (kind === kindServer) {
    return parent === undefined || parent.service === service
      ? undefined
      : { from: parent.service, to: service, kind: 'call', label: '' }
  }
  if (kind === kindConsumer) {
    return parent === undefined
      ? undefined
      : { from: parent.service, to: service, kind: 'queue', label: queueOf(span) }
  }
  if ((kind !== kindClient && kind !== kindProducer) || answered.has(span.id)) return undefined
  const attributes = JSON.parse(span.attributes) as Fields
  const database = databaseOf(attributes)
  if (database !== undefined) {
    const to = attributeText(attributes['db.namespace'] ?? attributes['db.name']) ?? database
    return {
      from: service,
      to: to === database ? to : `${database} ${to}`,
      kind: 'database',
      label: database,
    }
  }
  if (kind === kindProducer) return { from: service, to: queueOf(span), kind: 'queue', label: queueOf(span) }
  const host = attributeText(attributes['server.address'] ?? attributes['net.peer.name'])
  return host === undefined
    ? undefined
    : { from: service, to: withPort(host, attributes), kind: 'call', label: '' }
}

function withPort(host: string, attributes: Fields): string {
  const port = attributeText(attributes['server.port'] ?? attributes['net.peer.port'])
  return port === undefined ? host : `${host}:${port}`
}

function queueOf({ attributes }: SeenSpan): string {
  return attributeText((JSON.parse(attributes) as Fields)['messaging.destination.name']) ?? ''
}

/** The value below which a share of the sorted values lies (nearest rank); null of none. */
export function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null
}
