import type { Fields, FieldValue, SpanDetail } from '../../api/chain.ts'
import type { LogDetail } from '../../api/logs.ts'
import { nanosText } from '../schema/row.ts'
import { storeError } from '../schema/store-error.ts'
import { type LogColumns, logColumns, logJoins, logRowOf } from './log-rows.ts'
import type { OpenSegment, OpenSegments } from './open-segments.ts'
import { type Parameters, type Ref, refOf } from './parameters.ts'

type SpanColumns = {
  us: number
  ns: number
  duration_ns: number | null
  trace: string
  span: string
  parent: string
  name: string
  kind: number
  status: number
  message: string
  state: string
  attributes: string
  events: string | null
  links: string | null
  dropped: string | null
  flags: number
  resource: string
  scope: string
  version: string
  scope_attributes: string
}

const spanSql = `SELECT span.us, ns, duration_ns, lower(hex(chain.trace)) AS trace, lower(hex(span.span)) AS span,
    lower(hex(parent)) AS parent, name.text AS name, kind, status, message, state, span.attributes, events, links, dropped,
    flags, resource.attributes AS resource, scope.name AS scope, version, scope.attributes AS scope_attributes
  FROM span JOIN chain ON chain.id = span.chain JOIN name ON name.id = span.name
    JOIN resource ON resource.id = span.resource JOIN scope ON scope.id = span.scope
  WHERE span.id = ?`

/** `GET /api/spans/{ref}` */
export function span(segments: OpenSegments, parameters: Parameters): SpanDetail {
  return readSpan(segments, refOf(parameters))
}

export function readSpan(segments: OpenSegments, ref: Ref): SpanDetail {
  const row = segmentOf(segments, ref).get<SpanColumns>(spanSql, ref.id)
  if (row === undefined) throw recordGone(ref)
  const [attributes, events, links] = row.dropped === null ? [0, 0, 0] : (JSON.parse(row.dropped) as number[])
  return {
    ref: `${ref.segment}.${ref.id}`,
    traceId: row.trace,
    spanId: row.span,
    parentId: row.parent,
    traceState: row.state,
    flags: row.flags,
    name: row.name,
    kind: row.kind,
    status: row.status,
    statusMessage: row.message,
    startUnixNano: nanosText(row.us, row.ns),
    endUnixNano: row.duration_ns === null ? '0' : endNanos(row.us, row.ns, row.duration_ns),
    attributes: JSON.parse(row.attributes) as Fields,
    events: row.events === null ? [] : JSON.parse(row.events),
    links: row.links === null ? [] : JSON.parse(row.links),
    dropped: { attributes: attributes ?? 0, events: events ?? 0, links: links ?? 0 },
    resource: JSON.parse(row.resource) as Fields,
    scope: scopeOf(row),
  }
}

function scopeOf(row: Pick<SpanColumns, 'scope' | 'version' | 'scope_attributes'>): SpanDetail['scope'] {
  const attributes = JSON.parse(row.scope_attributes) as Fields
  return { name: row.scope, version: row.version, attributes }
}

function endNanos(us: number, ns: number, durationNs: number): string {
  return String(BigInt(us) * 1000n + BigInt(ns) + BigInt(durationNs))
}

type LogExtra = {
  body: string
  body_json: number
  observed_us: number
  observed_ns: number
  event: string
  attributes: string
  dropped: number
  flags: number
  resource: string
  scope: string
  version: string
  scope_attributes: string
}

const logSql = `SELECT ${logColumns} FROM log ${logJoins} WHERE log.id = ?`
const logExtraSql = `SELECT body, body_json, observed_us, observed_ns, event, log.attributes, dropped,
    flags, resource.attributes AS resource, scope.name AS scope, version, scope.attributes AS scope_attributes
  FROM log JOIN resource ON resource.id = log.resource JOIN scope ON scope.id = log.scope WHERE log.id = ?`

/** `GET /api/logs/{ref}` */
export function log(segments: OpenSegments, parameters: Parameters): LogDetail {
  return readLog(segments, refOf(parameters))
}

export function readLog(segments: OpenSegments, ref: Ref): LogDetail {
  const segment = segmentOf(segments, ref)
  const columns = segment.arrays<LogColumns>(logSql, ref.id)[0]
  const extra = segment.get<LogExtra>(logExtraSql, ref.id)
  if (columns === undefined || extra === undefined) throw recordGone(ref)
  return {
    ...logRowOf(segment.number, columns),
    body: extra.body_json === 1 ? jsonOrText(extra.body) : extra.body,
    observedUnixNano: nanosText(extra.observed_us, extra.observed_ns),
    eventName: extra.event,
    flags: extra.flags,
    attributes: JSON.parse(extra.attributes) as Fields,
    droppedAttributes: extra.dropped,
    resource: JSON.parse(extra.resource) as Fields,
    scope: scopeOf(extra),
  }
}

/** A body that was too long was cut, and is JSON no more. */
export function jsonOrText(body: string): FieldValue {
  try {
    return JSON.parse(body) as FieldValue
  } catch {
    return body
  }
}

function segmentOf(segments: OpenSegments, ref: Ref): OpenSegment {
  const segment = segments.byNumber(ref.segment)
  if (segment === undefined) throw recordGone(ref)
  return segment
}

export const recordGone = (ref: Ref): Error =>
  storeError('not-found', `record ${ref.segment}.${ref.id} is not here; the store may have let it go`)
