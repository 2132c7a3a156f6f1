import type { ChainSummary } from '../../api/chains.ts'
import { statusError } from '../../chain/model.ts'
import { nanosText } from '../schema/row.ts'
import type { TracePlace } from './chain-traces.ts'
import { createTexts, startOf } from './texts.ts'

export type SummaryRow = Omit<ChainSummary, 'traceId' | 'traces' | 'moreTraces' | 'placeUnixNano'>

export const maxBars = 60

type BarRow = [
  ...[us: number, ns: number, durationNs: number | null, span: string, parent: string],
  ...[name: string, service: string, status: number, message: string],
]

const barsSql = `SELECT us, ns, duration_ns, hex(span), hex(parent), name.text, service, status, ${startOf('message', 300)}
  FROM span JOIN name ON name.id = span.name JOIN resource ON resource.id = span.resource WHERE chain = ? LIMIT 400`

const firstLogSql = `SELECT ${startOf('body', 300)} AS name, service FROM log JOIN resource ON resource.id = log.resource
  WHERE chain = ? ORDER BY us LIMIT 1`

const errorLogSql = `SELECT ${startOf('body', 300)} AS body FROM log WHERE chain = ? AND severity >= 17 ORDER BY us DESC LIMIT 1`

/** The root span that came last: the first 400 spans often are without it, as it ends when all others have. */
const rootSql = `SELECT name.text AS name, service FROM chain JOIN name ON name.id = root_name
  JOIN resource ON resource.id = root_resource WHERE chain.id = ?`

/** Of so many of its spans, and lines, in all parts of the chain, it is asked who sent them. */
const servicesAsked = 2000
const servicesSql = (table: 'span' | 'log'): string =>
  `SELECT DISTINCT service FROM ${table} AS record JOIN resource ON resource.id = record.resource
   WHERE chain = ? AND (record.id * 2654435761 / 65536) % ? = 0 LIMIT 50`

/** A chain of too many records to be looked at for a list, from what was summed up while it came and its first spans. */
export function roughSummary(traces: readonly (readonly TracePlace[])[]): SummaryRow {
  const places = traces.flat()
  const sumOf = (column: 'spans' | 'logs' | 'errors') => places.reduce((sum, place) => sum + place[column], 0)
  const startUs = Math.min(...places.map(({ us }) => us))
  const endUs = Math.max(...places.map((place) => place.endUs))
  const sent = places
    .flatMap(({ segment, id }) => segment.arrays<BarRow>(barsSql, id))
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
  const { spans, repeats } = withoutRepeats(sent)
  const errors = sumOf('errors') - repeats.filter(isFailed).length
  const services = createTexts()
  const first = firstOf(places, spans)
  const rootService = services.numberOf(first.service)
  const bars = barsOf(spans, startUs, services.numberOf)
  for (const name of servicesOf(places)) services.numberOf(name)
  return {
    startUnixNano: nanosText(startUs, 0),
    durationNs: Math.max(0, endUs - startUs) * 1000,
    isRough: true,
    name: first.name,
    root: rootService,
    services: services.list,
    spans: sumOf('spans') - repeats.length,
    logs: sumOf('logs'),
    errors,
    severity: Math.max(...places.map(({ severity }) => severity)),
    error: errors === 0 ? '' : errorOf(places, spans),
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

/** By what a chain is called: its root, else its first span, else its first line. */
function firstOf(places: readonly TracePlace[], spans: readonly BarRow[]): { name: string; service: string } {
  const root = spans.find((span) => span[4] === '')
  if (root !== undefined) return { name: root[5], service: root[6] }
  const byTime = places.toSorted((a, b) => a.us - b.us)
  const first = spans[0] === undefined ? undefined : { name: spans[0][5], service: spans[0][6] }
  return firstFound(byTime, rootSql) ?? first ?? firstFound(byTime, firstLogSql) ?? { name: '', service: '' }
}

function firstFound(
  places: readonly TracePlace[],
  sql: string,
): { name: string; service: string } | undefined {
  for (const { segment, id } of places) {
    const found = segment.get<{ name: string; service: string }>(sql, id)
    if (found !== undefined) return found
  }
  return undefined
}

function servicesOf(places: readonly TracePlace[]): string[] {
  return places.flatMap(({ segment, id, spans, logs }) =>
    [...(spans > 0 ? [['span', spans] as const] : []), ...(logs > 0 ? [['log', logs] as const] : [])].flatMap(
      ([table, count]) =>
        segment
          .arrays<[string]>(servicesSql(table), id, Math.ceil(count / servicesAsked))
          .map(([service]) => service),
    ),
  )
}

function errorOf(places: readonly TracePlace[], spans: readonly BarRow[]): string {
  for (const { segment, id } of places) {
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
