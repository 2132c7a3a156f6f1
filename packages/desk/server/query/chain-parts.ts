import type { ChainResource } from '../../api/chain.ts'
import { chainIdOf, type JoinedTrace } from './chain-traces.ts'
import type { OpenSegment, OpenSegments } from './open-segments.ts'

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

const maxSpans = 50_000
const maxLogs = 100_000

const spansSql = `SELECT span.id, us, ns, duration_ns, lower(hex(span)), lower(hex(parent)), name.text, kind, status,
    substr(message, 1, 500), service, instance, host, span.attributes, events, links
  FROM span JOIN name ON name.id = span.name JOIN resource ON resource.id = span.resource WHERE chain = ? LIMIT ?`

const logsSql = `SELECT log.id, us, ns, severity, lower(hex(span)), substr(body, 1, 500), service, instance, host, log.attributes
  FROM log JOIN resource ON resource.id = log.resource WHERE chain = ? LIMIT ?`

type SpanColumns = [
  ...[
    id: number,
    us: number,
    ns: number,
    durationNs: number | null,
    spanId: string,
    parentId: string,
    name: string,
  ],
  ...[kind: number, status: number, message: string, service: string, instance: string, host: string],
  ...[attributes: string, events: string | null, links: string | null],
]

type LogColumns = [
  ...[id: number, us: number, ns: number, severity: number, spanId: string, text: string],
  ...[service: string, instance: string, host: string, attributes: string],
]

export type ChainParts = { spans: SpanPart[]; logs: LogPart[]; moreRecords: number }

/** Everything of the traces, in order of time. Of a span that was sent twice the first stays. */
export function readChainParts(segments: OpenSegments, traces: readonly JoinedTrace[]): ChainParts {
  const spans: SpanPart[] = []
  const logs: LogPart[] = []
  let total = 0
  for (const segment of segments.newestFirst().toReversed()) {
    traces.forEach(({ traceId }, trace) => {
      const chain = chainIdOf(segment, traceId)
      if (chain === undefined) return
      total += countOf(segment, chain)
      for (const columns of segment.arrays<SpanColumns>(spansSql, chain, maxSpans - spans.length)) {
        spans.push(spanPart(segment, trace, columns))
      }
      for (const columns of segment.arrays<LogColumns>(logsSql, chain, maxLogs - logs.length)) {
        logs.push(logPart(segment, trace, columns))
      }
    })
  }
  const moreRecords = total - spans.length - logs.length
  return { spans: withoutRepeats(spans).sort(byTime), logs: logs.sort(byTime), moreRecords }
}

function countOf(segment: OpenSegment, chain: number): number {
  return (
    segment.get<{ count: number }>('SELECT spans + logs AS count FROM chain WHERE id = ?', chain)?.count ?? 0
  )
}

const byTime = (a: { us: number; ns: number }, b: { us: number; ns: number }): number =>
  a.us - b.us || a.ns - b.ns

/** A request that is sent again stores its spans again. */
function withoutRepeats(spans: readonly SpanPart[]): SpanPart[] {
  const known = new Set<string>()
  return spans.filter(({ trace, spanId }) => {
    const key = `${trace} ${spanId}`
    if (known.has(key)) return false
    known.add(key)
    return true
  })
}

function spanPart(segment: OpenSegment, trace: number, columns: SpanColumns): SpanPart {
  const [id, us, ns, durationNs, spanId, parentId, name, kind, status, message, ...rest] = columns
  const [service, instance, host, attributes, events, links] = rest
  const ref = `${segment.number}.${id}`
  const resource = { service, instance, host }
  return {
    ...{ trace, ref, us, ns, durationNs, spanId, parentId, name, kind, status, message },
    resource,
    attributes,
    events,
    links,
  }
}

function logPart(segment: OpenSegment, trace: number, columns: LogColumns): LogPart {
  const [id, us, ns, severity, spanId, text, service, instance, host, attributes] = columns
  const resource = { service, instance, host }
  return { trace, ref: `${segment.number}.${id}`, us, ns, severity, spanId, text, resource, attributes }
}
