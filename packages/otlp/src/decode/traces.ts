import type { ResourceSpans, ScopeSpans, Span, SpanEvent, SpanLink, SpanStatus } from '../model.ts'
import { emptyAttributes } from './attributes.ts'
import { Reader } from './reader.ts'
import { emptyResource, emptyScope, readResource, readScope } from './resource.ts'
import { readAttribute } from './value.ts'

/**
 * Decodes the bytes of an `ExportTraceServiceRequest` (or `TracesData`, which looks the same), by the rules of
 * {@link decodeLogsRequest}. Throws an {@link OtlpDecodeError}.
 */
export function decodeTracesRequest(bytes: Uint8Array): ResourceSpans[] {
  const reader = new Reader(bytes)
  const request: ResourceSpans[] = []
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) request.push(readResourceSpans(reader))
    else reader.skip(tag)
  }
  return request
}

function readResourceSpans(reader: Reader): ResourceSpans {
  const outer = reader.open()
  const result: ResourceSpans = { resource: emptyResource(), schemaUrl: '', scopeSpans: [] }
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) readResource(reader, result.resource)
    else if (tag === 18) result.scopeSpans.push(readScopeSpans(reader))
    else if (tag === 26) result.schemaUrl = reader.name()
    else reader.skip(tag)
  }
  reader.close(outer)
  return result
}

function readScopeSpans(reader: Reader): ScopeSpans {
  const outer = reader.open()
  const result: ScopeSpans = { scope: emptyScope(), schemaUrl: '', spans: [] }
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) readScope(reader, result.scope)
    else if (tag === 18) result.spans.push(readSpan(reader))
    else if (tag === 26) result.schemaUrl = reader.name()
    else reader.skip(tag)
  }
  reader.close(outer)
  return result
}

function emptySpan(): Span {
  return {
    traceId: '',
    spanId: '',
    traceState: '',
    parentSpanId: '',
    flags: 0,
    name: '',
    kind: 0,
    startTimeUnixNano: 0n,
    endTimeUnixNano: 0n,
    attributes: emptyAttributes(),
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { code: 0, message: '' },
  }
}

function readSpan(reader: Reader): Span {
  const outer = reader.open()
  const span = emptySpan()
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 74) readAttribute(reader, span.attributes, 1)
    else if (tag === 10) span.traceId = reader.traceId()
    else if (tag === 18) span.spanId = reader.spanId()
    else if (tag === 26) span.traceState = reader.name()
    else if (tag === 34) span.parentSpanId = reader.spanId()
    else if (tag === 42) span.name = reader.name()
    else if (tag === 48) span.kind = reader.int32()
    else if (tag === 57) span.startTimeUnixNano = reader.fixed64()
    else if (tag === 65) span.endTimeUnixNano = reader.fixed64()
    else if (tag === 80) span.droppedAttributesCount = reader.uint32()
    else if (tag === 90) span.events.push(readEvent(reader))
    else if (tag === 96) span.droppedEventsCount = reader.uint32()
    else if (tag === 106) span.links.push(readLink(reader))
    else if (tag === 112) span.droppedLinksCount = reader.uint32()
    else if (tag === 122) readStatus(reader, span.status)
    else if (tag === 133) span.flags = reader.fixed32()
    else reader.skip(tag)
  }
  reader.close(outer)
  return span
}

function readEvent(reader: Reader): SpanEvent {
  const outer = reader.open()
  const event: SpanEvent = {
    timeUnixNano: 0n,
    name: '',
    attributes: emptyAttributes(),
    droppedAttributesCount: 0,
  }
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 9) event.timeUnixNano = reader.fixed64()
    else if (tag === 18) event.name = reader.name()
    else if (tag === 26) readAttribute(reader, event.attributes, 1)
    else if (tag === 32) event.droppedAttributesCount = reader.uint32()
    else reader.skip(tag)
  }
  reader.close(outer)
  return event
}

function readLink(reader: Reader): SpanLink {
  const outer = reader.open()
  const attributes = emptyAttributes()
  const link: SpanLink = {
    traceId: '',
    spanId: '',
    traceState: '',
    attributes,
    droppedAttributesCount: 0,
    flags: 0,
  }
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) link.traceId = reader.traceId()
    else if (tag === 18) link.spanId = reader.spanId()
    else if (tag === 26) link.traceState = reader.name()
    else if (tag === 34) readAttribute(reader, attributes, 1)
    else if (tag === 40) link.droppedAttributesCount = reader.uint32()
    else if (tag === 53) link.flags = reader.fixed32()
    else reader.skip(tag)
  }
  reader.close(outer)
  return link
}

function readStatus(reader: Reader, status: SpanStatus): void {
  const outer = reader.open()
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 18) status.message = reader.text()
    else if (tag === 24) status.code = reader.int32()
    else reader.skip(tag)
  }
  reader.close(outer)
}
