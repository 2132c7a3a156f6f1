import { knownSeverity, type LogRecord, type ProtobufReader, readValue, type Value } from '@clew/otlp'
import { cutText, searchableText, valueJson } from '@clew/search'
import { maxTextLength } from '../../schema/limits.ts'
import { type LogRow, plausibleUs, spanWords, splitNanos } from '../../schema/row.ts'
import { addField, type FieldTexts, fieldsJson, readField, startFields } from './attributes.ts'

const fields: FieldTexts = { json: '', words: '', count: 0, dropped: 0 }

/** Reads one `LogRecord` of a protobuf request straight into its columns. */
export function readLogRow(reader: ProtobufReader): LogRow {
  const outer = reader.open()
  const row = emptyLogRow()
  let body: Value = null
  startFields(fields)
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 50) readField(reader, fields)
    else if (tag === 42) body = readValue(reader, 1, body)
    else readColumn(reader, tag, row)
  }
  reader.close(outer)
  return finishRow(row, body)
}

function readColumn(reader: ProtobufReader, tag: number, row: LogRow): void {
  if (tag === 9) {
    row.us = reader.micros()
    row.ns = reader.restNs
  } else if (tag === 16) row.severity = reader.int32()
  else if (tag === 26) row.severityText = reader.name()
  else if (tag === 56) row.dropped = reader.uint32()
  else if (tag === 69) row.flags = reader.fixed32()
  else if (tag === 74) row.traceId = reader.traceId()
  else if (tag === 82) {
    reader.spanWords()
    row.spanHigh = reader.idHigh
    row.spanLow = reader.idLow
  } else if (tag === 89) {
    row.observedUs = reader.micros()
    row.observedNs = reader.restNs
  } else if (tag === 98) row.event = reader.name()
  else reader.skip(tag)
}

/** The columns of a record that came as OTLP JSON. */
export function logRowOf(record: LogRecord): LogRow {
  const row = emptyLogRow()
  ;[row.us, row.ns] = splitNanos(record.timeUnixNano)
  ;[row.observedUs, row.observedNs] = splitNanos(record.observedTimeUnixNano)
  row.severity = record.severityNumber
  row.severityText = record.severityText
  row.dropped = record.droppedAttributesCount
  row.flags = record.flags
  row.traceId = record.traceId
  ;[row.spanHigh, row.spanLow] = spanWords(record.spanId)
  row.event = record.eventName
  startFields(fields)
  for (const [key, value] of Object.entries(record.attributes)) addField(fields, key, value)
  return finishRow(row, record.body)
}

function emptyLogRow(): LogRow {
  return {
    us: 0,
    ns: 0,
    observedUs: 0,
    observedNs: 0,
    severity: 0,
    severityText: '',
    traceId: '',
    spanHigh: 0,
    spanLow: 0,
    flags: 0,
    event: '',
    body: '',
    bodyJson: 0,
    attributes: '{}',
    dropped: 0,
    words: '',
  }
}

function finishRow(row: LogRow, body: Value): LogRow {
  if (typeof body === 'string') row.body = cutText(body, maxTextLength)
  else if (body !== null) {
    row.body = cutText(valueJson(body, maxTextLength), maxTextLength)
    row.bodyJson = 1
  }
  row.us = plausibleUs(row.us)
  row.observedUs = plausibleUs(row.observedUs)
  // A record without a time of its own was seen at that time: https://opentelemetry.io/docs/specs/otel/logs/data-model/
  if (row.us === 0) {
    row.us = row.observedUs
    row.ns = row.observedNs
  }
  if (row.traceId.length !== 32 || row.traceId === noTrace) row.traceId = ''
  row.severity = knownSeverity(row.severity, row.severityText)
  row.severityText = cutText(row.severityText, 256)
  row.event = cutText(row.event, 1024)
  row.attributes = fieldsJson(fields)
  row.dropped += fields.dropped
  row.words = searchableText(row.body + fields.words)
  return row
}

const noTrace = '0'.repeat(32)
