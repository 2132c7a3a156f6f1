import { createRequire } from 'node:module'
import type { Attributes, LogRecord, ResourceLogs, ResourceSpans, Span, Value } from '../src/model.ts'

/**
 * The encoder that protobufjs generated for OpenTelemetry JS 0.57: OTLP 1.3, which does not yet have
 * `event_name` and the flags of spans and links.
 */

type Message = { encode(message: object): { finish(): Uint8Array } }
type Root = {
  opentelemetry: {
    proto: {
      collector: {
        logs: { v1: { ExportLogsServiceRequest: Message } }
        trace: { v1: { ExportTraceServiceRequest: Message } }
      }
    }
  }
}

const root = createRequire(import.meta.url)('otlp-transformer-0.57/build/src/generated/root.js') as Root
const { collector } = root.opentelemetry.proto

export function encodeLogsByProtobufjs(request: ResourceLogs[]): Uint8Array {
  const resourceLogs = request.map((logs) => ({
    ...logs,
    resource: withAttributes(logs.resource),
    scopeLogs: logs.scopeLogs.map(({ scope, schemaUrl, logRecords }) => ({
      schemaUrl,
      scope: withAttributes(scope),
      logRecords: logRecords.map(logRecordOf),
    })),
  }))
  return collector.logs.v1.ExportLogsServiceRequest.encode({ resourceLogs }).finish()
}

export function encodeSpansByProtobufjs(request: ResourceSpans[]): Uint8Array {
  const resourceSpans = request.map((spans) => ({
    ...spans,
    resource: withAttributes(spans.resource),
    scopeSpans: spans.scopeSpans.map(({ scope, schemaUrl, spans }) => ({
      schemaUrl,
      scope: withAttributes(scope),
      spans: spans.map(spanOf),
    })),
  }))
  return collector.trace.v1.ExportTraceServiceRequest.encode({ resourceSpans }).finish()
}

function logRecordOf(record: LogRecord): object {
  return {
    ...withAttributes(record),
    ...withIds(record),
    timeUnixNano: long(record.timeUnixNano),
    observedTimeUnixNano: long(record.observedTimeUnixNano),
    body: anyValue(record.body),
  }
}

function spanOf(span: Span): object {
  return {
    ...withAttributes(span),
    ...withIds(span),
    parentSpanId: Buffer.from(span.parentSpanId, 'hex'),
    startTimeUnixNano: long(span.startTimeUnixNano),
    endTimeUnixNano: long(span.endTimeUnixNano),
    events: span.events.map((event) => ({
      ...withAttributes(event),
      timeUnixNano: long(event.timeUnixNano),
    })),
    links: span.links.map((link) => ({ ...withAttributes(link), ...withIds(link) })),
  }
}

function withAttributes<T extends { attributes: Attributes }>(message: T): object {
  return { ...message, attributes: keyValues(message.attributes) }
}

function withIds(ids: { traceId: string; spanId: string }): object {
  return { traceId: Buffer.from(ids.traceId, 'hex'), spanId: Buffer.from(ids.spanId, 'hex') }
}

function keyValues(attributes: Attributes): object[] {
  return Object.keys(attributes).map((key) => ({ key, value: anyValue(attributes[key]!) }))
}

/** Of the whole numbers the even ones go as doubles, so that both ways are tried. */
function anyValue(value: Value): object {
  if (value === null) return {}
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'bigint') return { intValue: long(value) }
  if (typeof value === 'number') {
    return value % 2 === 1 || value % 2 === -1 ? { intValue: long(BigInt(value)) } : { doubleValue: value }
  }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } }
  if (value instanceof Uint8Array) return { bytesValue: value }
  return { kvlistValue: { values: keyValues(value) } }
}

/** protobufjs takes 64-bit numbers in two halves. */
function long(value: bigint): { low: number; high: number } {
  return { low: Number(BigInt.asIntN(32, value)), high: Number(BigInt.asIntN(32, value >> 32n)) }
}
