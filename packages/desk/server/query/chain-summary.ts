import type { ChainSummary } from '../../api/chains.ts'
import { statusError } from '../../chain/model.ts'
import { nanosText } from '../schema/row.ts'
import { chainIdOf } from './chain-traces.ts'
import type { OpenSegment, OpenSegments } from './open-segments.ts'
import { createTexts, startOf } from './texts.ts'

type ChainRow = { us: number; endUs: number; spans: number; logs: number; errors: number; severity: number }

type BarRow = [
  ...[us: number, ns: number, durationNs: number | null, span: string, parent: string],
  ...[name: string, service: string, status: number, message: string],
]

const chainSql = 'SELECT us, end_us AS endUs, spans, logs, errors, severity FROM chain WHERE id = ?'

const barsSql = `SELECT us, ns, duration_ns, hex(span), hex(parent), name.text, service, status, ${startOf('message', 300)}
  FROM span JOIN name ON name.id = span.name JOIN resource ON resource.id = span.resource WHERE chain = ? LIMIT 400`

const firstLogSql = `SELECT ${startOf('body', 300)} AS body, service FROM log JOIN resource ON resource.id = log.resource
  WHERE chain = ? ORDER BY us LIMIT 1`

const errorLogSql = `SELECT ${startOf('body', 300)} AS body FROM log WHERE chain = ? AND severity >= 17 ORDER BY us DESC LIMIT 1`

const servicesSql = `SELECT DISTINCT service FROM log JOIN resource ON resource.id = log.resource WHERE chain = ? LIMIT 50`

const maxBars = 60

/** What a list shows of a trace; undefined when nothing of it is left. */
export function summarizeChain(segments: OpenSegments, traceId: string): ChainSummary | undefined {
  const parts = segments.newestFirst().flatMap((segment) => {
    const id = chainIdOf(segment, traceId)
    return id === undefined ? [] : [{ segment, id }]
  })
  const row = sum(parts.flatMap(({ segment, id }) => segment.get<ChainRow>(chainSql, id) ?? []))
  if (row === undefined) return undefined
  const sent = parts
    .flatMap(({ segment, id }) => segment.arrays<BarRow>(barsSql, id))
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
  const { spans, repeats } = withoutRepeats(sent)
  const errors = row.errors - repeats.filter(isFailed).length
  const services = createTexts()
  const root = spans.find((span) => span[4] === '') ?? spans[0]
  const first = root === undefined ? firstLog(parts) : { name: root[5], service: root[6] }
  const rootService = services.numberOf(first.service)
  const bars = barsOf(spans, row.us, services.numberOf)
  for (const name of servicesOfLogs(parts)) services.numberOf(name)
  return {
    traceId,
    startUnixNano: nanosText(row.us, 0),
    durationNs: Math.max(0, row.endUs - row.us) * 1000,
    name: first.name,
    root: rootService,
    services: services.list,
    spans: row.spans - repeats.length,
    logs: row.logs,
    errors,
    severity: row.severity,
    error: errors === 0 ? '' : errorOf(parts, spans),
    bars,
  }
}

const isFailed = (span: BarRow): boolean => span[7] === statusError

/** Of a span that was sent twice the first stays, as in the chain. */
function withoutRepeats(sent: readonly BarRow[]): { spans: BarRow[]; repeats: BarRow[] } {
  const known = new Set<string>()
  const spans: BarRow[] = []
  const repeats: BarRow[] = []
  for (const span of sent) {
    const list = known.has(span[3]) ? repeats : spans
    list.push(span)
    known.add(span[3])
  }
  return { spans, repeats }
}

type Part = { segment: OpenSegment; id: number }

function sum(rows: readonly ChainRow[]): ChainRow | undefined {
  return rows.length === 0
    ? undefined
    : rows.reduce((a, b) => ({
        us: Math.min(a.us, b.us),
        endUs: Math.max(a.endUs, b.endUs),
        spans: a.spans + b.spans,
        logs: a.logs + b.logs,
        errors: a.errors + b.errors,
        severity: Math.max(a.severity, b.severity),
      }))
}

function firstLog(parts: readonly Part[]): { name: string; service: string } {
  for (const { segment, id } of parts.toReversed()) {
    const found = segment.get<{ body: string; service: string }>(firstLogSql, id)
    if (found !== undefined) return { name: found.body, service: found.service }
  }
  return { name: '', service: '' }
}

function servicesOfLogs(parts: readonly Part[]): string[] {
  return parts.flatMap(({ segment, id }) =>
    segment.all<{ service: string }>(servicesSql, id).map(({ service }) => service),
  )
}

/** The last line of severity ERROR tells most; else the message of the failed span that began last. */
function errorOf(parts: readonly Part[], spans: readonly BarRow[]): string {
  for (const { segment, id } of parts) {
    const found = segment.get<{ body: string }>(errorLogSql, id)
    if (found !== undefined) return found.body
  }
  const failed = spans.findLast(isFailed)
  return failed === undefined ? '' : failed[8] || failed[5]
}

function barsOf(
  spans: readonly BarRow[],
  startUs: number,
  numberOf: (service: string) => number,
): ChainSummary['bars'] {
  const depths = new Map<string, number>()
  const bars: ChainSummary['bars'] = []
  for (const [us, ns, durationNs, span, parent, , service, status] of spans) {
    const depth = parent === '' ? 0 : (depths.get(parent) ?? 0) + 1
    depths.set(span, depth)
    const number = numberOf(service)
    if (bars.length === maxBars) continue
    const startNs = (us - startUs) * 1000 + ns
    bars.push({
      startNs,
      durationNs: durationNs ?? 0,
      depth,
      service: number,
      failed: status === statusError,
    })
  }
  return bars
}
