import { beginValues, writeLogAttributes, writeWeight } from './attributes.ts'
import {
  type ByteWriter,
  closeMessage,
  openMessage,
  writeCount,
  writeFixed32,
  writeTime,
  writeTimeTwice,
} from './byte-writer.ts'
import { type Writing, writeGuarded } from './guarded.ts'
import type { LogInput } from './input.ts'
import type { EncodeLimits } from './limits.ts'
import { writeHexId, writeName } from './text.ts'
import { writeKeyValue, writeValueField } from './value.ts'

/** Tags of `LogRecord`, opentelemetry/proto/logs/v1/logs.proto */
const timeTag = 0x09
const severityNumberTag = 0x10
const severityTextTag = 0x1a
const bodyTag = 0x2a
const attributeTag = 0x32
const droppedTag = 0x38
const flagsTag = 0x45
const traceIdTag = 0x4a
const spanIdTag = 0x52
const observedTimeTag = 0x59
const eventNameTag = 0x62

/** Tag of `ScopeLogs.log_records`. */
const recordTag = 0x12
/** Most records are from 128 to 16383 bytes long. */
const recordWidth = 2

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
  writeCount(writer, severityNumberTag, record.severityNumber)
  writeName(writer, severityTextTag, record.severityText)
  if (record.body !== undefined) {
    beginValues(writer, limits, limits.bodyLength, record)
    writeValueField(writer, bodyTag, record.body, 0)
  }
  beginValues(writer, limits, limits.attributeValueLength, record)
  writeLogAttributes(writer, attributeTag, record, limits)
  if (weight !== 1) writeWeight(writer, attributeTag, record, weight)
  writeCount(writer, droppedTag, writer.dropped)
  writeTraceContext(writer, record)
  writeName(writer, eventNameTag, record.eventName)
  closeMessage(writer, start, recordWidth)
}

/** Both ids or none: half a link leads nowhere. */
function writeTraceContext(writer: ByteWriter, { traceId, spanId, traceFlags }: LogInput): void {
  if (traceId === undefined || spanId === undefined) return
  const { position } = writer
  if (!writeHexId(writer, traceIdTag, traceId, 32) || !writeHexId(writer, spanIdTag, spanId, 16)) {
    writer.position = position
  } else if (traceFlags) {
    writeFixed32(writer, flagsTag, traceFlags & 0xff)
  }
}

function writeReplacement(writer: ByteWriter, record: LogInput, reason: string): void {
  const start = openMessage(writer, recordTag, recordWidth)
  writeTime(writer, timeTag, record.timeUnixMs)
  writeCount(writer, severityNumberTag, record.severityNumber)
  writeValueField(writer, bodyTag, typeof record.body === 'string' ? record.body : '[Replaced]', 0)
  writeKeyValue(writer, attributeTag, 'clew.replaced', reason, 0)
  writeTraceContext(writer, record)
  closeMessage(writer, start, recordWidth)
}
