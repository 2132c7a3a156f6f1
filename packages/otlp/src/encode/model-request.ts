import type { Field, Kind, Message, Values } from '../message.ts'
import { logsRequest, metricsRequest, tracesRequest } from '../messages.ts'
import type { Attributes, ResourceLogs, ResourceMetrics, ResourceSpans, Value } from '../model.ts'
import {
  type ByteWriter,
  closeMessage,
  createByteWriter,
  openMessage,
  reserve,
  writeBigInteger,
  writeBytesField,
  writeCount,
  writeDouble,
  writeFixed32,
  writeInteger,
} from './byte-writer.ts'
import { arrayTag, booleanTag, bytesTag, doubleTag, integerTag, kvlistTag, stringTag } from './short-value.ts'
import { keyTag, valueTag, writeTextField } from './text.ts'
import { entryTag } from './value.ts'

/**
 * Encodes decoded logs as an `ExportLogsServiceRequest`: whole, without limits, so that `decodeLogsRequest` gives the
 * same again. A number that is whole goes as an integer, as the model does not say which it was.
 */
export function encodeLogsRequest(request: readonly ResourceLogs[]): Buffer {
  return encodeMessage(logsRequest(), { resourceLogs: request })
}

/** Encodes decoded spans as an `ExportTraceServiceRequest`, by the rules of {@link encodeLogsRequest}. */
export function encodeTracesRequest(request: readonly ResourceSpans[]): Buffer {
  return encodeMessage(tracesRequest(), { resourceSpans: request })
}

/** Encodes metrics as an `ExportMetricsServiceRequest`. */
export function encodeMetricsRequest(request: readonly ResourceMetrics[]): Buffer {
  return encodeMessage(metricsRequest(), { resourceMetrics: request })
}

export function encodeMessage(message: Message<unknown>, values: Values): Buffer {
  const writer = createByteWriter()
  writeFields(writer, message, values)
  return writer.buffer.subarray(0, writer.position)
}

function writeFields(writer: ByteWriter, { byNumber }: Message<unknown>, values: Values): void {
  for (const field of byNumber) writeContent(writer, field, values[field.name])
}

function writeContent(writer: ByteWriter, { tag, kind, message, zero }: Field, content: unknown): void {
  if (content === zero) return
  if (kind === 'message') writeOne(writer, tag, message, content as Values)
  else if (kind === 'messages')
    for (const item of content as Values[]) writeMessage(writer, tag, message, item)
  else contentWriters[kind](writer, tag, content as never)
}

const contentWriters: Record<Kind, (writer: ByteWriter, tag: number, content: never) => void> = {
  text: writeTextField,
  bytes: writeBytesField,
  traceId: writeId,
  spanId: writeId,
  int32: writeInteger,
  int64: writeInt64,
  uint32: writeCount,
  fixed32: writeFixed32,
  fixed64: writeFixed64,
  value: writeModelValue,
  attributes: writeModelAttributes,
  sfixed64: (writer, tag, value: number) => writeFixed64(writer, tag, BigInt.asUintN(64, BigInt(value))),
  double: writeDouble,
  boolean: (writer, tag, value: boolean) => writeInteger(writer, tag, value ? 1 : 0),
  counts: (writer, tag, values: readonly number[]) =>
    writePacked(writer, tag, values, (view, at, value) => view.setBigUint64(at, BigInt(value), true)),
  bounds: (writer, tag, values: readonly number[]) =>
    writePacked(writer, tag, values, (view, at, value) => view.setFloat64(at, value, true)),
  sint32: (writer, tag, value: number) => writeCount(writer, tag, ((value << 1) ^ (value >> 31)) >>> 0),
  varints: writeVarints,
}

/** An optional message in which nothing is written is not written itself. */
function writeOne(writer: ByteWriter, tag: number, message: Message<unknown>, values: Values): void {
  const { position } = writer
  const start = writeMessage(writer, tag, message, values)
  if (message.optional && writer.position === start) writer.position = position
}

/** Returns where the message begins. */
function writeMessage(writer: ByteWriter, tag: number, message: Message<unknown>, values: Values): number {
  const start = openMessage(writer, tag, 1)
  writeFields(writer, message, values)
  closeMessage(writer, start, 1)
  return start
}

function writeModelAttributes(writer: ByteWriter, tag: number, attributes: Attributes): void {
  for (const key of Object.keys(attributes)) {
    const start = openMessage(writer, tag, 1)
    if (key !== '') writeTextField(writer, keyTag, key)
    writeModelValue(writer, valueTag, attributes[key] ?? null)
    closeMessage(writer, start, 1)
  }
}

/** Writes an `AnyValue` whole: no limit applies. A whole number goes as an integer, -0 as a double. */
function writeModelValue(writer: ByteWriter, tag: number, value: Value): void {
  const start = openMessage(writer, tag, 1)
  if (typeof value === 'string') writeTextField(writer, stringTag, value)
  else if (typeof value === 'number') writeNumber(writer, value)
  else if (typeof value === 'boolean') writeInteger(writer, booleanTag, value ? 1 : 0)
  else if (typeof value === 'bigint') writeBigInteger(writer, integerTag, value)
  else if (value instanceof Uint8Array) writeBytesField(writer, bytesTag, value)
  else if (value !== null) writeNested(writer, value)
  closeMessage(writer, start, 1)
}

function writeNested(writer: ByteWriter, value: Value[] | Attributes): void {
  const isArray = Array.isArray(value)
  const start = openMessage(writer, isArray ? arrayTag : kvlistTag, 1)
  if (isArray) for (const entry of value) writeModelValue(writer, entryTag, entry)
  else writeModelAttributes(writer, entryTag, value)
  closeMessage(writer, start, 1)
}

function writeNumber(writer: ByteWriter, value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) writeInteger(writer, integerTag, value)
  else writeDouble(writer, doubleTag, value)
}

function writeInt64(writer: ByteWriter, tag: number, value: number | bigint): void {
  if (typeof value === 'bigint') writeBigInteger(writer, tag, value)
  else writeInteger(writer, tag, value)
}

/** The bytes of an id of any length. */
function writeId(writer: ByteWriter, tag: number, hex: string): void {
  writeBytesField(writer, tag, Buffer.from(hex, 'hex'))
}

/** A list of numbers of 8 bytes each; nothing where it is empty. */
function writePacked(
  writer: ByteWriter,
  tag: number,
  values: readonly number[],
  put: (view: DataView, at: number, value: number) => void,
): void {
  if (values.length === 0) return
  const bytes = Buffer.alloc(values.length * 8)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  for (const [at, value] of values.entries()) put(view, at * 8, value)
  writeBytesField(writer, tag, bytes)
}

/** A list of integers from 0 to 2^53, packed; nothing where it is empty. */
function writeVarints(writer: ByteWriter, tag: number, values: readonly number[]): void {
  const bytes: number[] = []
  for (let rest of values) {
    for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
    bytes.push(rest)
  }
  if (bytes.length > 0) writeBytesField(writer, tag, Uint8Array.from(bytes))
}

function writeFixed64(writer: ByteWriter, tag: number, value: bigint): void {
  reserve(writer, 9)
  writer.buffer[writer.position] = tag
  writer.view.setBigUint64(writer.position + 1, value, true)
  writer.position += 9
}
