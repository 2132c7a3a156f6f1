import type { ResourceSpans, ScopeSpans, Span, SpanEvent, SpanLink, SpanStatus } from '../model.ts'
import { type ByteWriter, createByteWriter } from './byte-writer.ts'
import {
  writeMessage,
  writeModelAttributes,
  writeModelId,
  writeModelInt,
  writeModelResource,
  writeModelScope,
  writeModelText,
  writeModelTime,
} from './model-value.ts'
import { writeCount, writeFixed32 } from './number.ts'

/** Encodes decoded spans as an `ExportTraceServiceRequest`, by the rules of {@link encodeLogsRequest}. */
export function encodeTracesRequest(request: readonly ResourceSpans[]): Buffer {
  const writer = createByteWriter()
  for (const resourceSpans of request)
    writeMessage(writer, 0x0a, () => writeResourceSpans(writer, resourceSpans))
  return writer.buffer.subarray(0, writer.position)
}

function writeResourceSpans(writer: ByteWriter, { resource, scopeSpans, schemaUrl }: ResourceSpans): void {
  writeModelResource(writer, resource)
  for (const spans of scopeSpans) writeMessage(writer, 0x12, () => writeScopeSpans(writer, spans))
  writeModelText(writer, 0x1a, schemaUrl)
}

function writeScopeSpans(writer: ByteWriter, { scope, spans, schemaUrl }: ScopeSpans): void {
  writeModelScope(writer, scope)
  for (const span of spans) writeMessage(writer, 0x12, () => writeModelSpan(writer, span))
  writeModelText(writer, 0x1a, schemaUrl)
}

/** opentelemetry/proto/trace/v1/trace.proto */
function writeModelSpan(writer: ByteWriter, span: Span): void {
  writeModelId(writer, 0x0a, span.traceId)
  writeModelId(writer, 0x12, span.spanId)
  writeModelText(writer, 0x1a, span.traceState)
  writeModelId(writer, 0x22, span.parentSpanId)
  writeModelText(writer, 0x2a, span.name)
  writeModelInt(writer, 0x30, span.kind)
  writeModelTime(writer, 0x39, span.startTimeUnixNano)
  writeModelTime(writer, 0x41, span.endTimeUnixNano)
  writeModelAttributes(writer, 0x4a, span.attributes)
  writeCount(writer, 0x50, span.droppedAttributesCount)
  for (const event of span.events) writeMessage(writer, 0x5a, () => writeEvent(writer, event))
  writeCount(writer, 0x60, span.droppedEventsCount)
  for (const link of span.links) writeMessage(writer, 0x6a, () => writeLink(writer, link))
  writeCount(writer, 0x70, span.droppedLinksCount)
  writeStatus(writer, span.status)
  if (span.flags !== 0) writeFixed32(writer, 0x85, span.flags)
}

function writeEvent(writer: ByteWriter, event: SpanEvent): void {
  writeModelTime(writer, 0x09, event.timeUnixNano)
  writeModelText(writer, 0x12, event.name)
  writeModelAttributes(writer, 0x1a, event.attributes)
  writeCount(writer, 0x20, event.droppedAttributesCount)
}

function writeLink(writer: ByteWriter, link: SpanLink): void {
  writeModelId(writer, 0x0a, link.traceId)
  writeModelId(writer, 0x12, link.spanId)
  writeModelText(writer, 0x1a, link.traceState)
  writeModelAttributes(writer, 0x22, link.attributes)
  writeCount(writer, 0x28, link.droppedAttributesCount)
  if (link.flags !== 0) writeFixed32(writer, 0x35, link.flags)
}

function writeStatus(writer: ByteWriter, { code, message }: SpanStatus): void {
  if (code === 0 && message === '') return
  writeMessage(writer, 0x7a, () => {
    writeModelText(writer, 0x12, message)
    writeModelInt(writer, 0x18, code)
  })
}
