import { type LogRecord, logsToJson, type ResourceLogs } from '@clew/otlp'
import type { Fields } from '../../api/chain.ts'
import { storeError } from '../schema/store-error.ts'
import { jsonOrText } from './details.ts'
import type { OpenSegment, OpenSegments } from './open-segments.ts'
import { type Parameters, type Ref, refOf, timeRange, wholeNumber } from './parameters.ts'

const defaultLimit = 1000
const maxLimit = 5000
/** Characters of lines after which a page ends: what one line may have comes on top. */
const maxLength = 4_000_000

type Arrival = { first: number; ms: number; next: number | null }
type Line = {
  id: number
  us: number
  ns: number
  observed_us: number
  observed_ns: number
  severity: number
  severity_text: string
  body: string
  body_json: number
  event: string
  attributes: string
  dropped: number
  resource: number
  resource_attributes: string
  scope: number
  scope_name: string
  version: string
  trace: string
  span: string
}

const lineSql = `SELECT log.id, log.us, ns, observed_us, observed_ns, log.severity, severity_text, body, body_json, event,
    log.attributes, dropped, log.resource, resource.attributes AS resource_attributes, log.scope, scope.name AS scope_name,
    version, lower(hex(chain.trace)) AS trace, lower(hex(log.span)) AS span
  FROM log JOIN resource ON resource.id = log.resource JOIN scope ON scope.id = log.scope
    LEFT JOIN chain ON chain.id = log.chain
  WHERE log.id > ? AND log.id < ? ORDER BY log.id LIMIT ?`

/** Arrivals behind a line, and the one that it belongs to. */
const arrivalSql = `SELECT first, ms, (SELECT min(later.first) FROM arrival AS later WHERE later.first > arrival.first) AS next
  FROM arrival
  WHERE first >= coalesce((SELECT max(first) FROM arrival WHERE first <= ?1), 0) AND ms BETWEEN ?2 AND ?3 AND imported = ?4
  ORDER BY first LIMIT ?5`

/** What a page has so far. */
type Page = { arrivals: string[]; lines: number; length: number; last: Ref | undefined; isFull: boolean }

/** `GET /api/logs/arrivals`: whole lines in the order in which they came. */
export function arrivals(segments: OpenSegments, parameters: Parameters): Uint8Array {
  const limit = wholeNumber(parameters, 'limit', defaultLimit, maxLimit)
  const { fromUs, toUs } = timeRange(parameters)
  const after = parameters.after ? refOf({ ref: parameters.after }) : { segment: 0, id: 0 }
  const wanted = [fromUs / 1000, toUs / 1000, importedOf(parameters.imported)]
  const page: Page = { arrivals: [], lines: 0, length: 0, last: undefined, isFull: limit === 0 }
  for (const segment of segments.newestFirst().toReversed()) {
    if (segment.number < after.segment || !segment.hasArrivals) continue
    addSegment(page, segment, segment.number === after.segment ? after.id : 0, wanted, limit)
    if (page.isFull) break
  }
  const next = page.isFull && page.last ? `"${page.last.segment}.${page.last.id}"` : 'null'
  return new TextEncoder().encode(`{"arrivals":[${page.arrivals.join(',')}],"next":${next}}`)
}

function importedOf(text: string | undefined): 0 | 1 {
  if (text === undefined || text === '' || text === 'false') return 0
  if (text === 'true') return 1
  throw storeError('invalid', `imported=${text}: write true or false`)
}

function addSegment(
  page: Page,
  segment: OpenSegment,
  afterId: number,
  wanted: readonly number[],
  limit: number,
): void {
  let id = afterId
  const most = Math.max(2, limit)
  for (;;) {
    const found = segment.all<Arrival>(arrivalSql, id, ...wanted, most)
    for (const arrival of found) {
      id = addLines(page, segment, arrival, id, limit)
      if (page.isFull) return
    }
    if (found.length < most) return
  }
}

/** Returns where it ended: its last line, or all of an arrival that has no more. */
function addLines(
  page: Page,
  segment: OpenSegment,
  { first, ms, next }: Arrival,
  afterId: number,
  limit: number,
): number {
  const from = Math.max(afterId, first - 1)
  const before = next ?? Number.MAX_SAFE_INTEGER
  const lines: Line[] = []
  for (const line of segment.all<Line>(lineSql, from, before, limit - page.lines)) {
    lines.push(line)
    page.length += line.body.length + line.attributes.length
    if (page.length > maxLength) break
  }
  const last = lines.at(-1)
  if (last === undefined) return next === null ? afterId : next - 1
  page.lines += lines.length
  page.last = { segment: segment.number, id: last.id }
  page.isFull = page.lines >= limit || page.length > maxLength
  page.arrivals.push(`{"arrivedUnixMs":${ms},"logs":${logsToJson(resourceLogsOf(lines))}}`)
  return last.id
}

/** In their order: lines of another process begin a group of their own, though there was one of it before. */
function resourceLogsOf(lines: readonly Line[]): ResourceLogs[] {
  const groups: { of: Line; logRecords: LogRecord[] }[] = []
  for (const line of lines) {
    const last = groups.at(-1)
    if (last?.of.resource === line.resource && last.of.scope === line.scope)
      last.logRecords.push(recordOf(line))
    else groups.push({ of: line, logRecords: [recordOf(line)] })
  }
  return groups.map(({ of, logRecords }) => ({
    resource: { attributes: JSON.parse(of.resource_attributes) as Fields, droppedAttributesCount: 0 },
    schemaUrl: '',
    scopeLogs: [
      {
        scope: { name: of.scope_name, version: of.version, attributes: {}, droppedAttributesCount: 0 },
        schemaUrl: '',
        logRecords,
      },
    ],
  }))
}

function recordOf(line: Line): LogRecord {
  return {
    timeUnixNano: nanosOf(line.us, line.ns),
    observedTimeUnixNano: nanosOf(line.observed_us, line.observed_ns),
    severityNumber: line.severity,
    severityText: line.severity_text,
    body: line.body_json === 1 ? jsonOrText(line.body) : line.body,
    attributes: JSON.parse(line.attributes) as Fields,
    droppedAttributesCount: line.dropped,
    flags: 0,
    traceId: line.trace ?? '',
    spanId: line.span ?? '',
    eventName: line.event,
  }
}

const nanosOf = (us: number, ns: number): bigint => BigInt(us) * 1000n + BigInt(ns)
