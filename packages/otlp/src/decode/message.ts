import type { Field, Message, Values } from '../message.ts'
import { logsRequest, metricsRequest, resource, scope, tracesRequest } from '../messages.ts'
import type {
  Attributes,
  Resource,
  ResourceLogs,
  ResourceMetrics,
  ResourceSpans,
  Scope,
  Value,
} from '../model.ts'
import { Reader } from './reader.ts'
import { readAttribute, readValue } from './value.ts'

/**
 * Decodes the bytes of an `ExportLogsServiceRequest` (or `LogsData`, which looks the same).
 * Unknown fields are passed over, invalid UTF-8 becomes replacement characters. An id of a wrong length is kept
 * as the hex of what came. Of two attributes with one key the last stays.
 * Throws an {@link OtlpDecodeError} when the bytes are not protobuf, or values nest deeper than 32 levels.
 */
export function decodeLogsRequest(bytes: Uint8Array): ResourceLogs[] {
  return decodeMessage(bytes, logsRequest()).resourceLogs
}

/**
 * Decodes the bytes of an `ExportTraceServiceRequest` (or `TracesData`, which looks the same), by the rules of
 * {@link decodeLogsRequest}. Throws an {@link OtlpDecodeError}.
 */
export function decodeTracesRequest(bytes: Uint8Array): ResourceSpans[] {
  return decodeMessage(bytes, tracesRequest()).resourceSpans
}

/**
 * Decodes the bytes of an `ExportMetricsServiceRequest`: metrics of every kind, whose lists of numbers are packed. Throws an {@link OtlpDecodeError}.
 */
export function decodeMetricsRequest(bytes: Uint8Array): ResourceMetrics[] {
  return decodeMessage(bytes, metricsRequest()).resourceMetrics
}

/** Throws an {@link OtlpDecodeError}. */
export function decodeMessage<T extends object>(bytes: Uint8Array, message: Message<T>): T {
  const target = message.empty()
  readFields(new Reader(bytes), message, target as Values)
  return target
}

/** Reads a `Resource` into one that is there already, as a message that comes twice is merged. */
export function readResource(reader: Reader, target: Resource): void {
  readMessage(reader, resource(), target)
}

/** The same of an `InstrumentationScope`. */
export function readScope(reader: Reader, target: Scope): void {
  readMessage(reader, scope(), target)
}

function readMessage<T extends object>(reader: Reader, message: Message<T>, target: T): T {
  const outer = reader.open()
  readFields(reader, message, target as Values)
  reader.close(outer)
  return target
}

function readFields(reader: Reader, { byTag }: Message<unknown>, target: Values): void {
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    const field = tag < byTag.length ? byTag[tag] : undefined
    if (field === undefined) reader.skip(tag)
    else readField(reader, field, target)
  }
}

function readField(reader: Reader, { name, kind, message }: Field, target: Values): void {
  if (kind === 'attributes') readAttribute(reader, target[name] as Attributes, 1)
  else if (kind === 'value') target[name] = readValue(reader, 1, target[name] as Value)
  else if (kind === 'message') {
    target[name] ??= message.empty()
    readMessage(reader, message, target[name] as Values)
  } else if (kind === 'messages')
    (target[name] as Values[]).push(readMessage(reader, message, message.empty()))
  else target[name] = readScalar(reader, kind)
}

/** A switch: with a table of functions a whole record takes an eighth longer (1.16 against 1.03 µs, Node 24). */
function readScalar(
  reader: Reader,
  kind: Exclude<Field['kind'], 'attributes' | 'value' | 'message' | 'messages'>,
): unknown {
  switch (kind) {
    case 'text':
      return reader.name()
    case 'fixed64':
      return reader.fixed64()
    case 'traceId':
      return reader.traceId()
    case 'spanId':
      return reader.spanId()
    case 'int32':
      return reader.int32()
    case 'uint32':
      return reader.uint32()
    case 'fixed32':
      return reader.fixed32()
    case 'int64':
      return reader.int64()
    case 'bytes':
      return reader.blob()
    case 'sfixed64':
      return Number(BigInt.asIntN(64, reader.fixed64()))
    case 'double':
      return reader.double()
    case 'boolean':
      return reader.bool()
    case 'counts':
      return readPacked(reader, () => Number(reader.fixed64()))
    case 'bounds':
      return readPacked(reader, () => reader.double())
    case 'sint32':
      return zigzag(reader.uint32())
    case 'varints':
      return readPacked(reader, () => Number(BigInt.asUintN(64, BigInt(reader.int64()))))
  }
}

const zigzag = (coded: number): number => (coded >>> 1) ^ -(coded & 1)

function readPacked(reader: Reader, read: () => number): number[] {
  const outer = reader.open()
  const values: number[] = []
  while (!reader.isAtEnd()) values.push(read())
  reader.close(outer)
  return values
}
