import type { ResourceSpans, ScopeSpans, Span, SpanEvent, SpanLink, SpanStatus } from '../../model.ts'
import {
  attributesJson,
  countJson,
  type Json,
  nanosJson,
  resourceJson,
  scopeJson,
  textJson,
} from './write-value.ts'

/** Writes an `ExportTraceServiceRequest` in OTLP JSON, for `parseTracesJson` and any OTLP receiver. */
export function tracesToJson(request: readonly ResourceSpans[]): string {
  return JSON.stringify({ resourceSpans: request.map(resourceSpansJson) })
}

function resourceSpansJson(spans: ResourceSpans): Json {
  return {
    resource: resourceJson(spans.resource),
    scopeSpans: spans.scopeSpans.map(scopeSpansJson),
    schemaUrl: textJson(spans.schemaUrl),
  }
}

function scopeSpansJson(spans: ScopeSpans): Json {
  return {
    scope: scopeJson(spans.scope),
    spans: spans.spans.map(spanJson),
    schemaUrl: textJson(spans.schemaUrl),
  }
}

function spanJson(span: Span): Json {
  return {
    traceId: textJson(span.traceId),
    spanId: textJson(span.spanId),
    traceState: textJson(span.traceState),
    parentSpanId: textJson(span.parentSpanId),
    flags: countJson(span.flags),
    name: textJson(span.name),
    kind: countJson(span.kind),
    startTimeUnixNano: nanosJson(span.startTimeUnixNano),
    endTimeUnixNano: nanosJson(span.endTimeUnixNano),
    attributes: attributesJson(span.attributes),
    droppedAttributesCount: countJson(span.droppedAttributesCount),
    events: span.events.length === 0 ? undefined : span.events.map(eventJson),
    droppedEventsCount: countJson(span.droppedEventsCount),
    links: span.links.length === 0 ? undefined : span.links.map(linkJson),
    droppedLinksCount: countJson(span.droppedLinksCount),
    status: statusJson(span.status),
  }
}

function eventJson(event: SpanEvent): Json {
  return {
    timeUnixNano: nanosJson(event.timeUnixNano),
    name: textJson(event.name),
    attributes: attributesJson(event.attributes),
    droppedAttributesCount: countJson(event.droppedAttributesCount),
  }
}

function linkJson(link: SpanLink): Json {
  return {
    traceId: textJson(link.traceId),
    spanId: textJson(link.spanId),
    traceState: textJson(link.traceState),
    attributes: attributesJson(link.attributes),
    droppedAttributesCount: countJson(link.droppedAttributesCount),
    flags: countJson(link.flags),
  }
}

function statusJson(status: SpanStatus): Json {
  return { code: countJson(status.code), message: textJson(status.message) }
}
