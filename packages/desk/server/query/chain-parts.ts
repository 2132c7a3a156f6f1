import type { ChainResource } from '../../api/chain.ts'
import type { JoinedTrace, KnownTraces } from './chain-traces.ts'
import type { OpenSegment } from './open-segments.ts'
import { startOf } from './texts.ts'

/** A span of a chain as it is stored. `trace` is an index in the list of traces. */
export type SpanPart = {
  trace: number
  ref: string
  us: number
  ns: number
  durationNs: number | null
  spanId: string
  parentId: string
  name: string
  kind: number
  status: number
  message: string
  resource: ChainResource
  attributes: string
  events: string | null
  links: string | null
}

export type LogPart = {
  trace: number
  ref: string
  us: number
  ns: number
  severity: number
  spanId: string
  text: string
  resource: ChainResource
  attributes: string
}

/** Characters of a line, a status message or an exception that a row of a chain has. */
export const rowTextLength = 500
const maxSpans = 50_000
const maxLogs = 100_000
/** Of a chain with more lines, only those of WARN and up, or with a weight, have their attributes: reading all would take half of the time. */
const maxLinesWithFields = 5000

const spansSql = `SELECT id, us, ns, duration_ns, lower(hex(span)), lower(hex(parent)), name, kind, status,
    ${startOf('message', rowTextLength)}, resource, attributes, events, links
  FROM span WHERE chain = ? LIMIT ?`

const logsSql = `SELECT id, us, ns, severity, lower(hex(span)), ${startOf('body', rowTextLength)}, resource,
    iif(severity >= ? OR instr(attributes, '"log.sample.weight"') > 0, attributes, '{}')
  FROM log WHERE chain = ? LIMIT ?`

type SpanColumns = [
  ...[id: number, us: number, ns: number, durationNs: number | null, spanId: string, parentId: string],
  ...[name: number, kind: number, status: number, message: string, resource: number],
  ...[attributes: string, events: string | null, links: string | null],
]

type LogColumns = [
  ...[id: number, us: number, ns: number, severity: number, spanId: string, text: string],
  ...[resource: number, attributes: string],
]

export type ChainParts = { spans: SpanPart[]; logs: LogPart[]; moreRecords: number }

/** Everything of the traces, in order of time. Of a span that was sent twice the first stays. */
export function readChainParts(known: KnownTraces, traces: readonly JoinedTrace[]): ChainParts {
  const spans: SpanPart[] = []
  const logs: LogPart[] = []
  const places = placesOf(known, traces)
  const lines = places.reduce((sum, place) => sum + place.logs, 0)
  const leastSeverity = lines > maxLinesWithFields ? 13 : 0
  for (const { segment, chain, trace } of places) {
    const texts = textsOf(known, segment, chain)
    for (const columns of segment.arrays<SpanColumns>(spansSql, chain, maxSpans - spans.length)) {
      spans.push(spanPart(segment, trace, texts, columns))
    }
    for (const columns of segment.arrays<LogColumns>(logsSql, leastSeverity, chain, maxLogs - logs.length)) {
      logs.push(logPart(segment, trace, texts, columns))
    }
  }
  const total = places.reduce((sum, place) => sum + place.spans + place.logs, 0)
  const moreRecords = total - spans.length - logs.length
  return { spans: withoutRepeats(spans).sort(byTime), logs: logs.sort(byTime), moreRecords }
}

/** Where a trace has records. */
type Place = { segment: OpenSegment; chain: number; trace: number; spans: number; logs: number }

function placesOf(known: KnownTraces, traces: readonly JoinedTrace[]): Place[] {
  const places = traces.flatMap(({ traceId }, trace) =>
    known
      .placesOf(traceId)
      .map(({ segment, id, spans, logs }) => ({ segment, chain: id, trace, spans, logs })),
  )
  return places.toSorted((a, b) => a.segment.number - b.segment.number)
}

/** Texts that many records share, by their numbers in the segment. */
type SharedTexts = { resources: ReadonlyMap<number, ChainResource>; names: Map<number, string> }

const namesSql = 'SELECT id, text FROM name WHERE id IN (SELECT name FROM span WHERE chain = ?)'

function textsOf(known: KnownTraces, segment: OpenSegment, chain: number): SharedTexts {
  return {
    resources: known.resourcesOf(segment),
    names: new Map(segment.arrays<[number, string]>(namesSql, chain)),
  }
}

const byTime = (a: { us: number; ns: number }, b: { us: number; ns: number }): number =>
  a.us - b.us || a.ns - b.ns

/** A request that is sent again stores its spans again. */
function withoutRepeats(spans: readonly SpanPart[]): SpanPart[] {
  const known = new Map<number, Set<string>>()
  return spans.filter(({ trace, spanId }) => {
    const ofTrace = known.get(trace) ?? new Set()
    if (ofTrace.has(spanId)) return false
    known.set(trace, ofTrace.add(spanId))
    return true
  })
}

const nobody: ChainResource = { service: '', instance: '', host: '' }

function spanPart(
  segment: OpenSegment,
  trace: number,
  { resources, names }: SharedTexts,
  columns: SpanColumns,
): SpanPart {
  const [id, us, ns, durationNs, spanId, parentId, name, kind, status, message, ...rest] = columns
  const [resource, attributes, events, links] = rest
  return {
    trace,
    ref: `${segment.number}.${id}`,
    us,
    ns,
    durationNs,
    spanId,
    parentId,
    name: names.get(name) ?? '',
    kind,
    status,
    message,
    resource: resources.get(resource) ?? nobody,
    attributes,
    events,
    links,
  }
}

function logPart(
  segment: OpenSegment,
  trace: number,
  { resources }: SharedTexts,
  columns: LogColumns,
): LogPart {
  const [id, us, ns, severity, spanId, text, resource, attributes] = columns
  return {
    trace,
    ref: `${segment.number}.${id}`,
    us,
    ns,
    severity,
    spanId,
    text,
    resource: resources.get(resource) ?? nobody,
    attributes,
  }
}
