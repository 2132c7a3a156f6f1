import { createRequire } from 'node:module'

/**
 * Reads what the encoder wrote with the code that protobufjs generated for OpenTelemetry JS 0.57 (OTLP 1.3).
 * The fields that are newer than that are read one by one with protobufjs's reader.
 */

/** An `AnyValue` as its kind and content, so that 1 and 1.0, a list and a map, or two equal keys cannot be confused. */
export type Decoded =
  | { empty: true }
  | { text: string }
  | { bool: boolean }
  | { int: bigint }
  | { double: number }
  | { bytes: string }
  | { list: Decoded[] }
  | { map: DecodedEntry[] }
export type DecodedEntry = [key: string, value: Decoded]

export type DecodedRecord = {
  time: bigint
  observedTime: bigint
  severityNumber: number
  severityText: string
  body: Decoded | undefined
  attributes: DecodedEntry[]
  dropped: number
  flags: number
  traceId: string
  spanId: string
  eventName: string
}

export type DecodedEvent = { time: bigint; name: string; attributes: DecodedEntry[]; dropped: number }

export type DecodedLink = {
  traceId: string
  spanId: string
  traceState: string
  attributes: DecodedEntry[]
  dropped: number
  flags: number
}

export type DecodedSpan = {
  traceId: string
  spanId: string
  traceState: string
  parentSpanId: string
  name: string
  kind: number
  start: bigint
  end: bigint
  attributes: DecodedEntry[]
  dropped: number
  events: DecodedEvent[]
  droppedEvents: number
  links: DecodedLink[]
  droppedLinks: number
  status: { code: number; message: string }
  flags: number
}

/** A field that is not there is null. */
type Integer = number | { toString(): string } | null
type Text = string | null
type Count = number | null
type Bytes = Uint8Array | null
type AnyValue = {
  value?: string
  stringValue: string
  boolValue: boolean
  intValue: Integer
  doubleValue: number
  bytesValue: Uint8Array
  arrayValue: { values: AnyValue[] }
  kvlistValue: { values: KeyValue[] }
}
type KeyValue = { key: Text; value: AnyValue | null }
type Ids = { traceId: Bytes; spanId: Bytes }
type WithAttributes = { attributes: KeyValue[]; droppedAttributesCount: Count }
type LogMessage = Ids &
  WithAttributes & {
    timeUnixNano: Integer
    observedTimeUnixNano: Integer
    severityNumber: Count
    severityText: Text
    body: AnyValue | null
    flags: Count
  }
type SpanMessage = Ids &
  WithAttributes & {
    traceState: Text
    parentSpanId: Bytes
    name: Text
    kind: Count
    startTimeUnixNano: Integer
    endTimeUnixNano: Integer
    events: (WithAttributes & { timeUnixNano: Integer; name: Text })[]
    droppedEventsCount: Count
    links: (Ids & WithAttributes & { traceState: Text })[]
    droppedLinksCount: Count
    status: { code: Count; message: Text } | null
  }
type ScopeMessage = { name: Text; version: Text } | null
type RequestMessage = {
  resourceLogs: {
    resource: { attributes: KeyValue[] }
    schemaUrl: Text
    scopeLogs: { scope: ScopeMessage; schemaUrl: Text; logRecords: LogMessage[] }[]
  }[]
}
type Decoder<Message> = { decode(bytes: Uint8Array): Message }
type Reader = {
  pos: number
  len: number
  uint32(): number
  fixed32(): number
  bytes(): Uint8Array
  string(): string
  skipType(wireType: number): void
}
type Root = {
  opentelemetry: {
    proto: {
      logs: { v1: { LogRecord: Decoder<LogMessage> } }
      trace: { v1: { Span: Decoder<SpanMessage> } }
      collector: { logs: { v1: { ExportLogsServiceRequest: Decoder<RequestMessage> } } }
    }
  }
}

const require = createRequire(import.meta.url)
const generated = require.resolve('otlp-transformer-0.57/build/src/generated/root.js')
const { proto } = (require(generated) as Root).opentelemetry
const protobuf = createRequire(generated)('protobufjs/minimal') as {
  Reader: { create(bytes: Uint8Array): Reader }
}

/** The fields of one number in a message, each read by `read`. */
function fieldsOf<Field>(bytes: Uint8Array, number: number, read: (reader: Reader) => Field): Field[] {
  const reader = protobuf.Reader.create(bytes)
  const found: Field[] = []
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag >>> 3 === number) found.push(read(reader))
    else reader.skipType(tag & 7)
  }
  return found
}

/** The bytes of the messages that `writeLogRecord` and `writeSpan` framed. */
export function unframe(framed: Uint8Array): Uint8Array[] {
  return fieldsOf(framed, 2, (reader) => reader.bytes())
}

export function decodeRecords(framed: Uint8Array): DecodedRecord[] {
  return unframe(framed).map((bytes) => {
    const message = proto.logs.v1.LogRecord.decode(bytes)
    return {
      time: integer(message.timeUnixNano),
      observedTime: integer(message.observedTimeUnixNano),
      severityNumber: message.severityNumber ?? 0,
      severityText: message.severityText ?? '',
      body: message.body === null ? undefined : decodedValue(message.body),
      ...attributesOf(message),
      flags: message.flags ?? 0,
      ...idsOf(message),
      eventName: fieldsOf(bytes, 12, (reader) => reader.string()).at(-1) ?? '',
    }
  })
}

export function decodeSpans(framed: Uint8Array): DecodedSpan[] {
  return unframe(framed).map((bytes) => {
    const message = proto.trace.v1.Span.decode(bytes)
    const linkFlags = fieldsOf(bytes, 13, (reader) => flagsField(reader.bytes(), 6))
    return {
      ...idsOf(message),
      traceState: message.traceState ?? '',
      parentSpanId: hex(message.parentSpanId),
      name: message.name ?? '',
      kind: message.kind ?? 0,
      start: integer(message.startTimeUnixNano),
      end: integer(message.endTimeUnixNano),
      ...attributesOf(message),
      events: message.events.map((event) => ({
        time: integer(event.timeUnixNano),
        name: event.name ?? '',
        ...attributesOf(event),
      })),
      droppedEvents: message.droppedEventsCount ?? 0,
      links: message.links.map((link, index) => ({
        ...idsOf(link),
        traceState: link.traceState ?? '',
        ...attributesOf(link),
        flags: linkFlags[index] ?? 0,
      })),
      droppedLinks: message.droppedLinksCount ?? 0,
      status: { code: message.status?.code ?? 0, message: message.status?.message ?? '' },
      flags: flagsField(bytes, 16),
    }
  })
}

export function decodeLogsRequestByProtobufjs(bytes: Uint8Array): object {
  const { resourceLogs } = proto.collector.logs.v1.ExportLogsServiceRequest.decode(bytes)
  return resourceLogs.map(({ resource, schemaUrl, scopeLogs }) => ({
    resource: entriesOf(resource.attributes),
    schemaUrl,
    scopes: scopeLogs.map(({ scope, schemaUrl, logRecords }) => ({
      name: scope?.name,
      version: scope?.version,
      schemaUrl,
      bodies: logRecords.map(({ body }) => body?.stringValue),
    })),
  }))
}

function flagsField(bytes: Uint8Array, number: number): number {
  return fieldsOf(bytes, number, (reader) => reader.fixed32()).at(-1) ?? 0
}

function attributesOf(message: WithAttributes): { attributes: DecodedEntry[]; dropped: number } {
  return { attributes: entriesOf(message.attributes), dropped: message.droppedAttributesCount ?? 0 }
}

function idsOf({ traceId, spanId }: Ids): { traceId: string; spanId: string } {
  return { traceId: hex(traceId), spanId: hex(spanId) }
}

function entriesOf(entries: KeyValue[]): DecodedEntry[] {
  return entries.map(({ key, value }) => [key ?? '', value === null ? { empty: true } : decodedValue(value)])
}

/** protobufjs says by `value` which of the fields is set. */
function decodedValue(any: AnyValue): Decoded {
  switch (any.value) {
    case 'stringValue':
      return { text: any.stringValue }
    case 'boolValue':
      return { bool: any.boolValue }
    case 'intValue':
      return { int: integer(any.intValue) }
    case 'doubleValue':
      return { double: any.doubleValue }
    case 'bytesValue':
      return { bytes: hex(any.bytesValue) }
    case 'arrayValue':
      return { list: any.arrayValue.values.map(decodedValue) }
    case 'kvlistValue':
      return { map: entriesOf(any.kvlistValue.values) }
    default:
      return { empty: true }
  }
}

function integer(value: Integer): bigint {
  return BigInt((value ?? 0).toString())
}

function hex(bytes: Bytes): string {
  return Buffer.from(bytes ?? []).toString('hex')
}
