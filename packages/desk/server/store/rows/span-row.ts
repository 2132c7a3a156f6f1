import type { ProtobufReader, Span } from '@clew/otlp'
import { cutText, searchableText } from '@clew/search'
import { maxItems, maxItemsLength, maxTextLength } from '../../schema/limits.ts'
import {
  type LinkTarget,
  nanosText,
  plausibleUs,
  type SpanRow,
  spanWords,
  splitNanos,
} from '../../schema/row.ts'
import {
  addField,
  attributesJson,
  type FieldTexts,
  fieldsJson,
  readField,
  startFields,
} from './attributes.ts'

const fields: FieldTexts = { json: '', words: '', count: 0, dropped: 0 }
const itemFields: FieldTexts = { json: '', words: '', count: 0, dropped: 0 }

/** What a span's columns are made of, besides those that are read straight into its row. */
type Parts = {
  row: SpanRow
  endUs: number
  endNs: number
  events: Items
  links: Items
  /** As the sender says. */
  dropped: [attributes: number, events: number, links: number]
}

/** Events or links as JSON, without brackets; `beyond` are not kept. */
type Items = { json: string; count: number; beyond: number }

/** Whether another one is kept; it is counted. */
function hasRoom(items: Items): boolean {
  if (items.count === maxItems || items.json.length > maxItemsLength) {
    items.beyond++
    return false
  }
  items.count++
  return true
}

function addItem(items: Items, json: string): void {
  items.json += `${items.json === '' ? '' : ','}${json}`
}

/** Reads one `Span` of a protobuf request straight into its columns; undefined without a valid trace and span id. */
export function readSpanRow(reader: ProtobufReader): SpanRow | undefined {
  const outer = reader.open()
  const parts = startSpan()
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 74) readField(reader, fields)
    else if (tag === 90 && hasRoom(parts.events)) addItem(parts.events, readEvent(reader))
    else if (tag === 106 && hasRoom(parts.links))
      addItem(parts.links, readLink(reader, parts.row.linkTargets))
    else if (tag === 122) readStatus(reader, parts.row)
    else if (!readTimes(reader, tag, parts)) readColumn(reader, tag, parts)
  }
  reader.close(outer)
  return finishSpan(parts)
}

function startSpan(): Parts {
  startFields(fields)
  const items = (): Items => ({ json: '', count: 0, beyond: 0 })
  return { row: emptySpanRow(), endUs: 0, endNs: 0, events: items(), links: items(), dropped: [0, 0, 0] }
}

function readTimes(reader: ProtobufReader, tag: number, parts: Parts): boolean {
  if (tag === 57) {
    parts.row.us = reader.micros()
    parts.row.ns = reader.restNs
    return true
  }
  if (tag !== 65) return false
  parts.endUs = reader.micros()
  parts.endNs = reader.restNs
  return true
}

function readColumn(reader: ProtobufReader, tag: number, { row, dropped }: Parts): void {
  if (tag === 10) row.traceId = reader.traceId()
  else if (tag === 18) {
    reader.spanWords()
    row.spanHigh = reader.idHigh
    row.spanLow = reader.idLow
  } else if (tag === 26) row.state = reader.name()
  else if (tag === 34) {
    reader.spanWords()
    row.parentHigh = reader.idHigh
    row.parentLow = reader.idLow
  } else if (tag === 42) row.name = reader.name()
  else if (tag === 48) row.kind = reader.int32()
  else if (tag === 80) dropped[0] = reader.uint32()
  else if (tag === 96) dropped[1] = reader.uint32()
  else if (tag === 112) dropped[2] = reader.uint32()
  else if (tag === 133) row.flags = reader.fixed32()
  else reader.skip(tag)
}

function readStatus(reader: ProtobufReader, row: SpanRow): void {
  const outer = reader.open()
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 18) row.message = reader.text()
    else if (tag === 24) row.status = reader.int32()
    else reader.skip(tag)
  }
  reader.close(outer)
}

function readEvent(reader: ProtobufReader): string {
  const outer = reader.open()
  let time = '0'
  let name = ''
  startFields(itemFields)
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 9) {
      const us = reader.micros()
      time = nanosText(us, reader.restNs)
    } else if (tag === 18) name = reader.name()
    else if (tag === 26) readField(reader, itemFields)
    else reader.skip(tag)
  }
  reader.close(outer)
  return eventJson(time, name, fieldsJson(itemFields))
}

function readLink(reader: ProtobufReader, targets: LinkTarget[]): string {
  const outer = reader.open()
  const target: LinkTarget = { traceId: '', spanHigh: 0, spanLow: 0 }
  startFields(itemFields)
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) target.traceId = reader.traceId()
    else if (tag === 18) {
      reader.spanWords()
      target.spanHigh = reader.idHigh
      target.spanLow = reader.idLow
    } else if (tag === 34) readField(reader, itemFields)
    else reader.skip(tag)
  }
  reader.close(outer)
  if (isWhole(target)) targets.push(target)
  return linkJson(target.traceId, hexOf(target.spanHigh, target.spanLow), fieldsJson(itemFields))
}

function isWhole({ traceId, spanHigh, spanLow }: LinkTarget): boolean {
  return traceId.length === 32 && (spanHigh !== 0 || spanLow !== 0)
}

/** The columns of a span that came as OTLP JSON; undefined without a valid trace and span id. */
export function spanRowOf(span: Span): SpanRow | undefined {
  const parts = startSpan()
  const { row } = parts
  ;[row.us, row.ns] = splitNanos(span.startTimeUnixNano)
  ;[parts.endUs, parts.endNs] = splitNanos(span.endTimeUnixNano)
  row.traceId = span.traceId
  ;[row.spanHigh, row.spanLow] = spanWords(span.spanId)
  ;[row.parentHigh, row.parentLow] = spanWords(span.parentSpanId)
  row.name = span.name
  row.kind = span.kind
  row.status = span.status.code
  row.message = span.status.message
  row.flags = span.flags
  row.state = span.traceState
  parts.dropped = [span.droppedAttributesCount, span.droppedEventsCount, span.droppedLinksCount]
  for (const [key, value] of Object.entries(span.attributes)) addField(fields, key, value)
  for (const { timeUnixNano, name, attributes } of span.events) {
    if (hasRoom(parts.events))
      addItem(parts.events, eventJson(String(timeUnixNano), name, attributesJson(attributes)))
  }
  for (const { traceId, spanId, attributes } of span.links) {
    if (!hasRoom(parts.links)) continue
    addItem(parts.links, linkJson(traceId, spanId, attributesJson(attributes)))
    const [spanHigh, spanLow] = spanWords(spanId)
    const target = { traceId, spanHigh, spanLow }
    if (isWhole(target)) row.linkTargets.push(target)
  }
  return finishSpan(parts)
}

const hexOf = (high: number, low: number): string =>
  (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0')

const eventJson = (time: string, name: string, attributes: string): string =>
  `{"timeUnixNano":"${time}","name":${JSON.stringify(cutText(name, maxTextLength))},"attributes":${attributes}}`

const linkJson = (traceId: string, spanId: string, attributes: string): string =>
  `{"traceId":"${traceId}","spanId":"${spanId}","attributes":${attributes}}`

function emptySpanRow(): SpanRow {
  return {
    us: 0,
    ns: 0,
    durationNs: null,
    traceId: '',
    spanHigh: 0,
    spanLow: 0,
    parentHigh: 0,
    parentLow: 0,
    name: '',
    kind: 0,
    status: 0,
    message: '',
    flags: 0,
    state: '',
    attributes: '{}',
    events: null,
    links: null,
    dropped: null,
    words: '',
    linkTargets: [],
  }
}

const noTrace = '0'.repeat(32)

const safeInteger = (value: number): number =>
  Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value))

function finishSpan({ row, endUs, endNs, events, links, dropped }: Parts): SpanRow | undefined {
  if (row.traceId.length !== 32 || row.traceId === noTrace) return undefined
  if (row.spanHigh === 0 && row.spanLow === 0) return undefined
  row.us = plausibleUs(row.us)
  if (plausibleUs(endUs) !== 0) {
    if (row.us === 0) [row.us, row.ns] = [endUs, endNs]
    row.durationNs = safeInteger((endUs - row.us) * 1000 + endNs - row.ns)
  }
  if (row.kind < 0 || row.kind > 5) row.kind = 0
  if (row.status < 0 || row.status > 2) row.status = 0
  row.name = cutText(row.name, 1024)
  row.message = cutText(row.message, maxTextLength)
  row.state = cutText(row.state, 4096)
  row.attributes = fieldsJson(fields)
  row.words = searchableText(fields.words)
  dropped[0] += fields.dropped
  dropped[1] += events.beyond
  dropped[2] += links.beyond
  if (events.json !== '') row.events = `[${events.json}]`
  if (links.json !== '') row.links = `[${links.json}]`
  if (dropped.some((count) => count > 0)) row.dropped = JSON.stringify(dropped)
  return row
}
