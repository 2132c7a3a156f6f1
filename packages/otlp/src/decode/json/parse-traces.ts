import type { ResourceSpans, ScopeSpans, Span, SpanEvent, SpanLink, SpanStatus } from '../../model.ts'
import { type Fields, fieldsIn, fieldsOf, idIn, listIn, smallIntIn, textIn, uint64In } from './fields.ts'
import { parseText } from './parse-text.ts'
import { attributesIn, resourceIn, scopeIn } from './parse-value.ts'

/** Parses an `ExportTraceServiceRequest` in OTLP JSON by the rules of {@link parseLogsJson}. */
export function parseTracesJson(text: string | Uint8Array): ResourceSpans[] {
  return listIn(fieldsOf(parseText(text), undefined), 'resourceSpans', parseResourceSpans)
}

function parseResourceSpans(fields: Fields): ResourceSpans {
  return {
    resource: resourceIn(fields),
    schemaUrl: textIn(fields, 'schemaUrl'),
    scopeSpans: listIn(fields, 'scopeSpans', parseScopeSpans),
  }
}

function parseScopeSpans(fields: Fields): ScopeSpans {
  return {
    scope: scopeIn(fields),
    schemaUrl: textIn(fields, 'schemaUrl'),
    spans: listIn(fields, 'spans', parseSpan),
  }
}

function parseSpan(fields: Fields): Span {
  return {
    traceId: idIn(fields, 'traceId'),
    spanId: idIn(fields, 'spanId'),
    traceState: textIn(fields, 'traceState'),
    parentSpanId: idIn(fields, 'parentSpanId'),
    flags: smallIntIn(fields, 'flags'),
    name: textIn(fields, 'name'),
    kind: smallIntIn(fields, 'kind'),
    startTimeUnixNano: uint64In(fields, 'startTimeUnixNano'),
    endTimeUnixNano: uint64In(fields, 'endTimeUnixNano'),
    attributes: attributesIn(fields, 'attributes'),
    droppedAttributesCount: smallIntIn(fields, 'droppedAttributesCount'),
    events: listIn(fields, 'events', parseEvent),
    droppedEventsCount: smallIntIn(fields, 'droppedEventsCount'),
    links: listIn(fields, 'links', parseLink),
    droppedLinksCount: smallIntIn(fields, 'droppedLinksCount'),
    status: parseStatus(fieldsIn(fields, 'status')),
  }
}

function parseEvent(fields: Fields): SpanEvent {
  return {
    timeUnixNano: uint64In(fields, 'timeUnixNano'),
    name: textIn(fields, 'name'),
    attributes: attributesIn(fields, 'attributes'),
    droppedAttributesCount: smallIntIn(fields, 'droppedAttributesCount'),
  }
}

function parseLink(fields: Fields): SpanLink {
  return {
    traceId: idIn(fields, 'traceId'),
    spanId: idIn(fields, 'spanId'),
    traceState: textIn(fields, 'traceState'),
    attributes: attributesIn(fields, 'attributes'),
    droppedAttributesCount: smallIntIn(fields, 'droppedAttributesCount'),
    flags: smallIntIn(fields, 'flags'),
  }
}

function parseStatus(fields: Fields): SpanStatus {
  return { code: smallIntIn(fields, 'code'), message: textIn(fields, 'message') }
}
