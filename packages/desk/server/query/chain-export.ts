import {
  type LogRecord,
  logsToJson,
  type Resource,
  type ResourceLogs,
  type ResourceSpans,
  type Scope,
  type Span,
  tracesToJson,
  type Value,
} from '@clew/otlp'
import { paintAnsi, shortText } from '@clew/otlp/text'
import type { Fields, FieldValue, SpanDetail } from '../../api/chain.ts'
import type { LogDetail } from '../../api/logs.ts'
import { chainAsMarkdown, chainAsText } from '../../chain/index.ts'
import { storeError } from '../schema/store-error.ts'
import { readChain } from './chain.ts'
import { chainRecords } from './chain-records.ts'
import { chainShare } from './chain-share.ts'
import { knowTraces } from './chain-traces.ts'
import { readLog, readSpan } from './details.ts'
import type { OpenSegments } from './open-segments.ts'
import { type Parameters, toRef, traceIdOf } from './parameters.ts'

const encoder = new TextEncoder()
const otherForms: readonly string[] = ['text', 'ansi', 'markdown', 'otlp']

/** `GET /api/chains/{traceId}/export`; of `html` what the file is made of, see {@link chainShare}. */
export function chainExport(segments: OpenSegments, parameters: Parameters): Uint8Array {
  const as = parameters.as ?? 'text'
  if (as === 'json') return encoder.encode(chainRecords(segments, traceIdOf(parameters)))
  if (as === 'html') return chainShare(segments, traceIdOf(parameters), redactOf(parameters))
  if (!otherForms.includes(as))
    throw storeError('invalid', `as=${shortText(as)}: write text, ansi, markdown, json, otlp or html`)
  const data = readChain(knowTraces(segments), traceIdOf(parameters))
  if (as === 'text') return encoder.encode(chainAsText(data))
  if (as === 'ansi') return encoder.encode(chainAsText(data, { paint: paintAnsi }))
  if (as === 'markdown') return encoder.encode(chainAsMarkdown(data))
  const spans = resourceSpansOf(data.spans.ref.map((ref) => readSpan(segments, toRef(ref))))
  const logs = resourceLogsOf(data.logs.ref.map((ref) => readLog(segments, toRef(ref))))
  return encoder.encode(`${tracesToJson(spans)}\n${logsToJson(logs)}\n`)
}

function redactOf({ redact = '' }: Parameters): boolean {
  if (redact === '' || redact === 'true' || redact === 'false') return redact === 'true'
  throw storeError('invalid', `redact=${shortText(redact)}: write true or false`)
}

type Sent = { resource: Fields; scope: { name: string; version: string } }

/** Spans as they came, by the process and library that sent them. */
function resourceSpansOf(spans: readonly SpanDetail[]): ResourceSpans[] {
  return groups(spans).map(({ resource, scope, records }) => ({
    resource,
    schemaUrl: '',
    scopeSpans: [{ scope, schemaUrl: '', spans: records.map(spanOf) }],
  }))
}

function resourceLogsOf(logs: readonly LogDetail[]): ResourceLogs[] {
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
