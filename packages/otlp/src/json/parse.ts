import type { Field, Kind, Message, Values } from '../message.ts'
import { logsRequest, metricsRequest, tracesRequest } from '../messages.ts'
import type { ResourceLogs, ResourceMetrics, ResourceSpans } from '../model.ts'
import {
  bytesIn,
  doubleIn,
  type Fields,
  failAt,
  fieldsIn,
  fieldsOf,
  idIn,
  int64In,
  listIn,
  numbersIn,
  own,
  smallIntIn,
  textIn,
  uint64In,
} from './fields.ts'
import { attributesIn, valueIn } from './parse-value.ts'

/**
 * Parses an `ExportLogsServiceRequest` in OTLP JSON: lowerCamelCase names, ids in hex of either case, 64-bit
 * integers as strings or numbers, enums as numbers. Unknown fields are passed over.
 * Throws an {@link OtlpDecodeError} with the path of what is wrong.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function parseLogsJson(text: string | Uint8Array): ResourceLogs[] {
  return parseMessage(logsRequest(), fieldsOf(parseJson(text), undefined)).resourceLogs
}

/** Parses an `ExportTraceServiceRequest` in OTLP JSON by the rules of {@link parseLogsJson}. */
export function parseTracesJson(text: string | Uint8Array): ResourceSpans[] {
  return parseMessage(tracesRequest(), fieldsOf(parseJson(text), undefined)).resourceSpans
}

/** Parses an `ExportMetricsServiceRequest` in OTLP JSON by the rules of {@link parseLogsJson}. */
export function parseMetricsJson(text: string | Uint8Array): ResourceMetrics[] {
  return parseMessage(metricsRequest(), fieldsOf(parseJson(text), undefined)).resourceMetrics
}

/** Reads what {@link parseJson} gave by a table. */
export function parseMessage<T>(message: Message<T>, fields: Fields): T {
  const values: Values = message.blank()
  for (const field of message.fields) values[field.name] = contentIn(fields, field)
  return values as T
}

function contentIn(fields: Fields, { name, kind, message }: Field): unknown {
  if (kind === 'message') {
    if (message.choice && own(fields, name) === undefined) return undefined
    return parseMessage(message, fieldsIn(fields, name))
  }
  if (kind === 'messages') return listIn(fields, name, (item) => parseMessage(message, item))
  return contentParsers[kind](fields, name)
}

const contentParsers: Record<Kind, (fields: Fields, key: string) => unknown> = {
  text: textIn,
  bytes: bytesIn,
  traceId: idIn,
  spanId: idIn,
  int32: smallIntIn,
  int64: int64In,
  uint32: smallIntIn,
  fixed32: smallIntIn,
  fixed64: uint64In,
  value: valueIn,
  attributes: attributesIn,
  sfixed64: (fields, key) => (own(fields, key) === undefined ? undefined : Number(int64In(fields, key))),
  double: doubleIn,
  boolean: (fields, key) => own(fields, key) === true,
  counts: numbersIn,
  bounds: numbersIn,
  sint32: smallIntIn,
  varints: numbersIn,
}

/**
 * Integers that a JavaScript number cannot hold exactly, outside of quotes, and that 64 bits may. No loop without end: over a
 * number of ten million digits one would overflow the stack, and BigInt would take its time.
 */
const longInteger = /[:,[\s]-?\d{16,20}[,}\]\s]/
const longIntegerSource = /^-?\d{16,20}$/

/** JSON.parse, but integers of more than 53 bits come as bigints. Throws an `OtlpDecodeError`. */
export function parseJson(input: string | Uint8Array): unknown {
  const text = typeof input === 'string' ? input : Buffer.from(input).toString('utf8')
  try {
    return longInteger.test(text) ? JSON.parse(text, keepLongInteger) : JSON.parse(text)
  } catch (error) {
    if (error instanceof RangeError) return failAt(undefined, 'nested too deep')
    return failAt(undefined, `not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

// The third parameter is the source text of a number: https://github.com/tc39/proposal-json-parse-with-source
function keepLongInteger(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source
  return source !== undefined && longIntegerSource.test(source) ? BigInt(source) : value
}
