import { beginValues, writeLogAttributes, writeWeight } from './attributes.ts'
import {
  type ByteWriter,
  closeMessage,
  keepRun,
  openMessage,
  type Run,
  runFrom,
  writeCount,
  writeFixed32,
  writeRun,
  writeTime,
  writeTimeTwice,
} from './byte-writer.ts'
import { type Writing, writeGuarded } from './guarded.ts'
import type { LogInput } from './input.ts'
import type { EncodeLimits } from './limits.ts'
import { keyField, writeHexId, writeName } from './text.ts'
import { writeKeyValue, writeValueField } from './value.ts'

/** Tags of `LogRecord`, opentelemetry/proto/logs/v1/logs.proto */
const timeTag = 0x09
const severityNumberTag = 0x10
const severityTextTag = 0x1a
const bodyTag = 0x2a
export const attributeTag = 0x32
const droppedTag = 0x38
const flagsTag = 0x45
const traceIdTag = 0x4a
const spanIdTag = 0x52
const observedTimeTag = 0x59
const eventNameTag = 0x62

/** Tag of `ScopeLogs.log_records`. */
export const recordTag = 0x12
/** Most records are from 128 to 16383 bytes long. */
export const recordWidth = 2

/**
 * Appends one framed record to `writer`, as a field of `ScopeLogs`.
 * A value that cannot be encoded is replaced by a text that says why; a record that cannot, by one that says so.
 * `weight` other than 1 is sent as `log.sample.weight`: how many records it stands for, 0 for one that is no sample. Never throws.
 */
export function writeLogRecord(
  writer: ByteWriter,
  record: LogInput,
  limits: EncodeLimits,
  weight?: number,
): void {
  writeGuarded(writer, record, limits, writing, weight)
}

const writing: Writing<LogInput> = { write: writeRecord, replace: writeReplacement }

function writeRecord(writer: ByteWriter, record: LogInput, limits: EncodeLimits, weight: number): void {
  const start = openMessage(writer, recordTag, recordWidth)
  writeTimeTwice(writer, timeTag, observedTimeTag, record.timeUnixMs)
  writeSeverity(writer, record)
  if (record.body !== undefined) {
    beginValues(writer, limits, limits.bodyLength, record)
    writeValueField(writer, bodyTag, record.body, 0)
  }
  beginValues(writer, limits, limits.attributeValueLength, record)
  writeLogAttributes(writer, attributeTag, record, limits)
  if (weight !== 1) writeWeight(writer, attributeTag, weight)
  writeCount(writer, droppedTag, writer.dropped)
  writeTraceContext(writer, record)
  writeName(writer, eventNameTag, record.eventName)
  closeMessage(writer, start, recordWidth)
}

/** The first text that came with a severity, and the bytes of both: nearly all records have these. */
const severities: (undefined | (Run & { readonly text: string }))[] = []
const mostSeverity = 24

function writeSeverity(writer: ByteWriter, { severityNumber, severityText }: LogInput): void {
  const seen = severities[severityNumber]
  if (seen !== undefined && seen.text === severityText && writer.redactor === undefined) {
    writeRun(writer, seen)
    return
  }
  const start = writer.position
  writeCount(writer, severityNumberTag, severityNumber)
  writeName(writer, severityTextTag, severityText)
  const isKept = seen === undefined && writer.redactor === undefined && typeof severityText === 'string'
  if (isKept && severityNumber >= 0 && severityNumber <= mostSeverity && Number.isInteger(severityNumber))
    severities[severityNumber] = { text: severityText, ...runFrom(writer, start) }
}

/** What was written last, with its bytes, of which there are 33 at most: the records of a request repeat it. */
const lastTrace = { traceId: '', spanId: '', traceFlags: 0, length: 0, words: new Uint32Array(9) }

/** Writes both ids and the flags, or nothing: half a link leads nowhere. */
function writeTraceContext(writer: ByteWriter, record: LogInput): void {
  const { traceId, spanId, traceFlags = 0 } = record
  if (traceId === undefined || spanId === undefined) return
  if (traceId === lastTrace.traceId && spanId === lastTrace.spanId && traceFlags === lastTrace.traceFlags) {
    writeRun(writer, lastTrace)
    return
  }
  const start = writer.position
  if (!writeHexId(writer, traceIdTag, traceId, 32) || !writeHexId(writer, spanIdTag, spanId, 16)) {
    writer.position = start
    return
  }
  if (traceFlags) writeFixed32(writer, flagsTag, traceFlags & 0xff)
  lastTrace.traceId = traceId
  lastTrace.spanId = spanId
  lastTrace.traceFlags = traceFlags
  keepRun(writer, start, lastTrace)
}

function writeReplacement(writer: ByteWriter, record: LogInput, reason: string): void {
  const start = openMessage(writer, recordTag, recordWidth)
  writeTime(writer, timeTag, record.timeUnixMs)
  writeCount(writer, severityNumberTag, record.severityNumber)
  writeValueField(writer, bodyTag, typeof record.body === 'string' ? record.body : '[Replaced]', 0)
  writeKeyValue(writer, attributeTag, keyField('clew.replaced'), reason, 0)
  writeTraceContext(writer, record)
  closeMessage(writer, start, recordWidth)
}
