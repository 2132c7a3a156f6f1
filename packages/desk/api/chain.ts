/**
 * A whole call chain: the trace that was asked for and the traces joined to it by span links.
 * Columns instead of objects: ten thousand spans are a few hundred kilobytes, and a viewer keeps them as they are.
 * `…Ns` are nanoseconds after `startUnixNano`, exact in a number for 104 days. Attributes come one by one, see {@link SpanDetail}.
 */
export type ChainData = {
  /** The trace that was asked for. */
  traceId: string
  /** The earliest instant of the chain, unix nanoseconds in decimal. */
  startUnixNano: string
  /** Traces of the chain; the first is the one that was asked for. Columns named `trace` point here. */
  traces: { traceId: string; depth: number }[]
  /** Who sent: one for each process. Columns named `resource` point here. */
  resources: ChainResource[]
  /** Texts that recur, such as names of spans. Columns named `name` and `group` point here. */
  texts: string[]
  spans: ChainSpans
  logs: ChainLogs
  events: ChainEvents
  links: ChainLink[]
  /** Linked traces that exist but are not here, because there are more than 20 or they lie deeper than 3 links. */
  moreTraces: number
  /** Spans or logs that exist but are not here, because the chain has more than can be shown. */
  moreRecords: number
}

export type ChainResource = { service: string; instance: string; host: string }

export type ChainSpans = {
  trace: number[]
  /** Ids to ask for {@link SpanDetail}. */
  ref: string[]
  /** 16 hex digits. */
  spanId: string[]
  /** 16 hex digits, or "" for a root. */
  parentId: string[]
  name: number[]
  /** OTLP's SpanKind: 1 internal, 2 server, 3 client, 4 producer, 5 consumer, 0 unspecified. */
  kind: number[]
  /** 0 unset, 1 ok, 2 error. */
  status: number[]
  resource: number[]
  startNs: number[]
  /** −1: the span has no end yet. */
  durationNs: number[]
  /** What makes siblings the same work: kind, system and normalised statement or name. −1: never grouped. */
  group: number[]
  /** What some spans know besides, by their index. */
  facts: [span: number, facts: SpanFacts][]
}

/** What a row shows of a span's attributes. Absent: the span does not say. */
export type SpanFacts = {
  /** Message of an ERROR status. */
  message?: string
  httpStatus?: number
  /** `messaging.destination.name` */
  queue?: string
  jobId?: string
  /** 1 for the first. */
  attempt?: number
  /** Time in the queue before the span, milliseconds. */
  waitMs?: number
  /** `db.system.name` */
  db?: string
}

export type ChainLogs = {
  trace: number[]
  /** Ids to ask for {@link LogDetail}. */
  ref: string[]
  /** Index of the span in which the line was written; −1: that span is not here, or the line names none. */
  span: number[]
  /** The ids of those spans that are not here, by the index of the log. */
  lostSpans: [log: number, spanId: string][]
  resource: number[]
  atNs: number[]
  /** OTLP's SeverityNumber, 1 to 24, 0 unspecified. */
  severity: number[]
  /** The line, at most 500 characters. */
  text: string[]
  /** A few attributes as `key=value`, or "". */
  fields: string[]
}

/** Events of spans, such as exceptions. */
export type ChainEvents = {
  span: number[]
  name: number[]
  atNs: number[]
  /** Message of an exception, or "". */
  text: string[]
}

/** A span link. It points from the effect (a job's trace) to the cause (the span that made the job). */
export type ChainLink = {
  /** The effect; its span is in the chain. */
  from: number
  /** The cause; −1 when the chain does not have it. */
  to: number
  toTraceId: string
  toSpanId: string
}

/** Everything that is known of one span. */
export type SpanDetail = {
  ref: string
  traceId: string
  spanId: string
  parentId: string
  traceState: string
  name: string
  kind: number
  status: number
  statusMessage: string
  startUnixNano: string
  endUnixNano: string
  attributes: Fields
  events: { timeUnixNano: string; name: string; attributes: Fields }[]
  links: { traceId: string; spanId: string; attributes: Fields }[]
  /** What the sender says it left out. */
  dropped: { attributes: number; events: number; links: number }
  resource: Fields
  scope: { name: string; version: string }
}

/** Attributes as plain JSON; 64-bit integers beyond 2^53 and bytes (base64) are texts. */
export type Fields = { [key: string]: FieldValue }
export type FieldValue = string | number | boolean | null | FieldValue[] | { [key: string]: FieldValue }
