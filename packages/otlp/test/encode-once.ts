import { createByteWriter } from '../src/encode/byte-writer.ts'
import type { LogInput, SpanInput } from '../src/encode/input.ts'
import { defaultLimits, type EncodeLimits } from '../src/encode/limits.ts'
import { writeLogRecord } from '../src/encode/log-record.ts'
import { writeSpan } from '../src/encode/span.ts'
import {
  type Decoded,
  type DecodedEntry,
  type DecodedRecord,
  type DecodedSpan,
  decodeRecords,
  decodeSpans,
} from './protobufjs-decoder.ts'

const log: LogInput = { timeUnixMs: 1, severityNumber: 9, severityText: 'info', body: 'b' }
const span: SpanInput = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
  name: 'GET /',
  kind: 1,
  startUnixMs: 1,
  endUnixMs: 2,
  statusCode: 0,
}

export function encodeLogs(
  records: Partial<LogInput>[],
  limits: Partial<EncodeLimits> = {},
): DecodedRecord[] {
  const writer = createByteWriter(64)
  for (const record of records) {
    writeLogRecord(writer, { ...log, ...record }, { ...defaultLimits, ...limits })
  }
  return decodeRecords(writer.buffer.subarray(0, writer.position))
}

export function encodeLog(record: Partial<LogInput>, limits: Partial<EncodeLimits> = {}): DecodedRecord {
  return encodeLogs([record], limits)[0]!
}

export function encodeSpan(fields: Partial<SpanInput>, limits: Partial<EncodeLimits> = {}): DecodedSpan {
  const writer = createByteWriter(64)
  writeSpan(writer, { ...span, ...fields }, { ...defaultLimits, ...limits })
  return decodeSpans(writer.buffer.subarray(0, writer.position))[0]!
}

/** What the attribute `v` is on the wire; undefined where it is left out. */
export function encodeValue(value: unknown, limits: Partial<EncodeLimits> = {}): Decoded | undefined {
  return attributesOf(encodeLog({ attributes: { v: value }, exception: null }, limits)).v
}

/** Attributes by key; fails where a key is there twice. */
export function attributesOf({ attributes }: { attributes: DecodedEntry[] }): Record<string, Decoded> {
  const byKey = Object.fromEntries(attributes)
  if (Object.keys(byKey).length !== attributes.length) {
    throw new Error(`a key is sent twice: ${attributes.map(([key]) => key)}`)
  }
  return byKey
}

/** Texts by key, of the attributes that are texts. */
export function textsOf(record: { attributes: DecodedEntry[] }): Record<string, string> {
  const entries = Object.entries(attributesOf(record))
  return Object.fromEntries(entries.flatMap(([key, value]) => ('text' in value ? [[key, value.text]] : [])))
}
