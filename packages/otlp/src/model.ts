/**
 * OTLP messages as they look after decoding, and what the JSON form and the receivers speak.
 * Ids are lower-case hex, times are unix nanoseconds as bigint.
 * https://github.com/open-telemetry/opentelemetry-proto (v1.9)
 */

/** An `AnyValue`. An integer is a number when it is safe, else a bigint; `null` is the empty value. */
export type Value =
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | null
  | Value[]
  | { [key: string]: Value }

export type Attributes = { [key: string]: Value }

export type Resource = { attributes: Attributes; droppedAttributesCount: number }

export type Scope = { name: string; version: string; attributes: Attributes; droppedAttributesCount: number }

export type LogRecord = {
  timeUnixNano: bigint
  observedTimeUnixNano: bigint
  /** 1 to 24, 0 when unspecified. */
  severityNumber: number
  severityText: string
  body: Value
  attributes: Attributes
  droppedAttributesCount: number
  /** W3C trace flags in the low 8 bits. */
  flags: number
  /** 32 hex digits, or "" */
  traceId: string
  /** 16 hex digits, or "" */
  spanId: string
  eventName: string
}

export type SpanEvent = {
  timeUnixNano: bigint
  name: string
  attributes: Attributes
  droppedAttributesCount: number
}

export type SpanLink = {
  traceId: string
  spanId: string
  traceState: string
  attributes: Attributes
  droppedAttributesCount: number
  flags: number
}

export type SpanStatus = { code: number; message: string }

export type Span = {
  traceId: string
  spanId: string
  traceState: string
  parentSpanId: string
  flags: number
  name: string
  /** OTLP's SpanKind: 1 internal, 2 server, 3 client, 4 producer, 5 consumer, 0 unspecified. */
  kind: number
  startTimeUnixNano: bigint
  endTimeUnixNano: bigint
  attributes: Attributes
  droppedAttributesCount: number
  events: SpanEvent[]
  droppedEventsCount: number
  links: SpanLink[]
  droppedLinksCount: number
  status: SpanStatus
}

export type ScopeLogs = { scope: Scope; schemaUrl: string; logRecords: LogRecord[] }
export type ResourceLogs = { resource: Resource; schemaUrl: string; scopeLogs: ScopeLogs[] }
export type ScopeSpans = { scope: Scope; schemaUrl: string; spans: Span[] }
export type ResourceSpans = { resource: Resource; schemaUrl: string; scopeSpans: ScopeSpans[] }

/** The signals that Clew sends. */
export type Signal = 'logs' | 'traces'
