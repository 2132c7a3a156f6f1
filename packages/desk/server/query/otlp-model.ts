import type { LogRecord, Resource, ResourceLogs, ResourceSpans, Scope, Span, Value } from '@clew/otlp'
import type { Fields, FieldValue, SpanDetail } from '../../api/chain.ts'
import type { LogDetail } from '../../api/logs.ts'

type Sent = { resource: Fields; scope: { name: string; version: string } }

/** Spans as they came, by the process and library that sent them. */
export function resourceSpansOf(spans: readonly SpanDetail[]): ResourceSpans[] {
  return groups(spans).map(({ resource, scope, records }) => ({
    resource,
    schemaUrl: '',
    scopeSpans: [{ scope, schemaUrl: '', spans: records.map(spanOf) }],
  }))
}

export function resourceLogsOf(logs: readonly LogDetail[]): ResourceLogs[] {
  return groups(logs).map(({ resource, scope, records }) => ({
    resource,
    schemaUrl: '',
    scopeLogs: [{ scope, schemaUrl: '', logRecords: records.map(logOf) }],
  }))
}

type Group<T> = { resource: Resource; scope: Scope; records: T[] }

function groups<T extends Sent>(records: readonly T[]): Group<T>[] {
  const found = new Map<string, Group<T>>()
  for (const record of records) {
    const key = JSON.stringify([record.resource, record.scope])
    const group = found.get(key) ?? {
      resource: { attributes: toValues(record.resource), droppedAttributesCount: 0 },
      scope: { ...record.scope, attributes: {}, droppedAttributesCount: 0 },
      records: [],
    }
    group.records.push(record)
    found.set(key, group)
  }
  return [...found.values()]
}

function spanOf(span: SpanDetail): Span {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    traceState: span.traceState,
    parentSpanId: span.parentId,
    flags: 0,
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: BigInt(span.startUnixNano),
    endTimeUnixNano: BigInt(span.endUnixNano),
    attributes: toValues(span.attributes),
    droppedAttributesCount: span.dropped.attributes,
    events: span.events.map(({ timeUnixNano, name, attributes }) => ({
      timeUnixNano: BigInt(timeUnixNano),
      name,
      attributes: toValues(attributes),
      droppedAttributesCount: 0,
    })),
    droppedEventsCount: span.dropped.events,
    links: span.links.map(({ traceId, spanId, attributes }) => ({
      traceId,
      spanId,
      traceState: '',
      attributes: toValues(attributes),
      droppedAttributesCount: 0,
      flags: 0,
    })),
    droppedLinksCount: span.dropped.links,
    status: { code: span.status, message: span.statusMessage },
  }
}

function logOf(log: LogDetail): LogRecord {
  return {
    timeUnixNano: BigInt(log.timeUnixNano),
    observedTimeUnixNano: BigInt(log.observedUnixNano),
    severityNumber: log.severity,
    severityText: log.severityText,
    body: toValue(log.body),
    attributes: toValues(log.attributes),
    droppedAttributesCount: log.droppedAttributes,
    flags: 0,
    traceId: log.traceId,
    spanId: log.spanId,
    eventName: log.eventName,
  }
}

// JSON has no other values than these. What the store made a text of (bytes, integers beyond 2^53) stays a text.
const toValue = (value: FieldValue): Value => value
const toValues = (fields: Fields): Record<string, Value> => fields
