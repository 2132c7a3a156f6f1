import { beginValues, writeAttributes } from './attributes.ts'
import {
  type ByteWriter,
  closeMessage,
  openMessage,
  writeCount,
  writeFixed32,
  writeTime,
} from './byte-writer.ts'
import { type Writing, writeGuarded } from './guarded.ts'
import type { EventInput, LinkInput, SpanInput } from './input.ts'
import type { EncodeLimits } from './limits.ts'
import { keyField, writeHexId, writeName } from './text.ts'
import { writeKeyValue } from './value.ts'

/** Tags of `Span`, opentelemetry/proto/trace/v1/trace.proto */
const traceIdTag = 0x0a
const spanIdTag = 0x12
const traceStateTag = 0x1a
const parentSpanIdTag = 0x22
const nameTag = 0x2a
const kindTag = 0x30
const startTag = 0x39
const endTag = 0x41
const attributeTag = 0x4a
const droppedTag = 0x50
const eventTag = 0x5a
const droppedEventsTag = 0x60
const linkTag = 0x6a
const droppedLinksTag = 0x70
const statusTag = 0x7a
const flagsTag = 0x85

/** Tag of `ScopeSpans.spans`. */
const recordTag = 0x12
const recordWidth = 2

const hasIsRemote = 0x100
const isRemote = 0x200

/**
 * Appends one framed span to `writer`, as a field of `ScopeSpans`.
 * A value that cannot be encoded is replaced by a text that says why. Never throws.
 */
export function writeSpan(writer: ByteWriter, span: SpanInput, limits: EncodeLimits): void {
  writeGuarded(writer, span, limits, writing)
}

const writing: Writing<SpanInput> = { write: writeWhole, replace: writeReplacement }

function writeWhole(writer: ByteWriter, span: SpanInput, limits: EncodeLimits): void {
  const { events, links } = span
  const start = openMessage(writer, recordTag, recordWidth)
  beginValues(writer, limits, limits.attributeValueLength)
  writeIdentity(writer, span)
  writeAttributes(writer, attributeTag, span.attributes, limits)
  writeCount(writer, droppedTag, writer.dropped + (span.droppedAttributesCount ?? 0))
  if (events !== undefined && events.length > 0) for (const event of events) writeEvent(writer, event, limits)
  writeCount(writer, droppedEventsTag, span.droppedEventsCount ?? 0)
  if (links !== undefined && links.length > 0) for (const link of links) writeLink(writer, link, limits)
  writeCount(writer, droppedLinksTag, span.droppedLinksCount ?? 0)
  writeStatus(writer, span)
  writeFixed32(writer, flagsTag, flagsOf(span))
  closeMessage(writer, start, recordWidth)
}

function writeIdentity(writer: ByteWriter, span: SpanInput): void {
  writeHexId(writer, traceIdTag, span.traceId, 32)
  writeHexId(writer, spanIdTag, span.spanId, 16)
  writeName(writer, traceStateTag, span.traceState)
  if (span.parentSpanId) writeHexId(writer, parentSpanIdTag, span.parentSpanId, 16)
  writeName(writer, nameTag, span.name)
  writeCount(writer, kindTag, span.kind + 1)
  writeTime(writer, startTag, span.startUnixMs)
  writeTime(writer, endTag, span.endUnixMs)
}

/** A parent that does not exist is known not to be remote. */
function flagsOf({ traceFlags, parentSpanId, parentIsRemote }: SpanInput): number {
  return (traceFlags & 0xff) | remoteFlags(parentSpanId ? parentIsRemote : false)
}

function remoteFlags(remote: boolean | undefined): number {
  if (remote === undefined) return 0
  return remote ? hasIsRemote | isRemote : hasIsRemote
}

function writeStatus(writer: ByteWriter, { statusCode, statusMessage }: SpanInput): void {
  if (!statusCode && !statusMessage) return
  const start = openMessage(writer, statusTag, 1)
  writeName(writer, 0x12, statusMessage)
  writeCount(writer, 0x18, statusCode)
  closeMessage(writer, start, 1)
}

function writeEvent(writer: ByteWriter, event: EventInput, limits: EncodeLimits): void {
  const start = openMessage(writer, eventTag, 1)
  writeTime(writer, 0x09, event.timeUnixMs)
  writeName(writer, 0x12, event.name)
  writer.dropped = 0
  writeAttributes(writer, 0x1a, event.attributes, limits)
  writeCount(writer, 0x20, writer.dropped + (event.droppedAttributesCount ?? 0))
  closeMessage(writer, start, 1)
}

function writeLink(writer: ByteWriter, link: LinkInput, limits: EncodeLimits): void {
  const start = openMessage(writer, linkTag, 1)
  writeHexId(writer, 0x0a, link.traceId, 32)
  writeHexId(writer, 0x12, link.spanId, 16)
  writeName(writer, 0x1a, link.traceState)
  writer.dropped = 0
  writeAttributes(writer, 0x22, link.attributes, limits)
  writeCount(writer, 0x28, writer.dropped + (link.droppedAttributesCount ?? 0))
  writeFixed32(writer, 0x35, (link.traceFlags & 0xff) | remoteFlags(link.isRemote))
  closeMessage(writer, start, 1)
}

function writeReplacement(writer: ByteWriter, span: SpanInput, reason: string): void {
  const start = openMessage(writer, recordTag, recordWidth)
  writeIdentity(writer, span)
  writeKeyValue(writer, attributeTag, keyField('clew.replaced'), reason, 0)
  writeStatus(writer, span)
  writeFixed32(writer, flagsTag, flagsOf(span))
  closeMessage(writer, start, recordWidth)
}
