import type { SpanFacts } from '@clew/otlp/text'
import { any, count, flag, list, number, object, optional, pair, type Static, text } from './schema.ts'

/** Attributes as plain JSON; 64-bit integers beyond 2^53 and bytes (base64) are texts. */
export type Fields = { [key: string]: FieldValue }
export type FieldValue = string | number | boolean | null | FieldValue[] | { [key: string]: FieldValue }
export const fields = any<Fields>({ type: 'object' })

export const chainResource = object({ service: text(), instance: text(), host: text() })
export type ChainResource = Static<typeof chainResource>

/** {@link SpanFacts} */
export const spanFacts = object({
  message: optional(text('Message of an ERROR status.')),
  httpStatus: optional(count()),
  call: optional(text('Of a call to another server: method, host and path.')),
  queue: optional(text('messaging.destination.name')),
  jobId: optional(text()),
  attempt: optional(count('1 for the first.')),
  delivery: optional(text('Of a message in a partition: partition, offset and group of consumers.')),
  waitMs: optional(number('Time in the queue before the span, milliseconds.')),
  db: optional(text('db.system.name')),
  unfinished: optional(flag('clew.unfinished: the process ended before the span.')),
} satisfies Record<keyof SpanFacts, unknown>)

export const chainSpans = object({
  trace: list(count()),
  ref: list(text(), 'Ids to ask for SpanDetail.'),
  spanId: list(text(), '16 hex digits.'),
  parentId: list(text(), '16 hex digits, or "" for a root.'),
  name: list(count()),
  kind: list(
    count(),
    "OTLP's SpanKind: 1 internal, 2 server, 3 client, 4 producer, 5 consumer, 0 unspecified.",
  ),
  status: list(count(), '0 unset, 1 ok, 2 error.'),
  resource: list(count()),
  startNs: list(number()),
  durationNs: list(number(), '−1: the span has no end yet.'),
  group: list(
    count(),
    'What makes siblings the same work: kind, system and normalised statement or name. −1: never grouped.',
  ),
  facts: list(pair(count(), spanFacts), 'What some spans know besides, by their index.'),
})
export type ChainSpans = Static<typeof chainSpans>

export const chainLogs = object({
  trace: list(count()),
  ref: list(text(), 'Ids to ask for LogDetail.'),
  span: list(
    count(),
    'Index of the span in which the line was written; −1: that span is not here, or the line names none.',
  ),
  lostSpans: list(
    pair(count(), text()),
    'The ids of those spans that are not here, by the index of the log.',
  ),
  resource: list(count()),
  atNs: list(number()),
  severity: list(count(), "OTLP's SeverityNumber, 1 to 24, 0 unspecified."),
  text: list(text(), 'The line, at most 500 characters.'),
  fields: list(text(), 'A few attributes as `key=value`, or "".'),
  weights: list(
    pair(count(), number()),
    'How many lines some stand for, by the index of the log; 0: it was held, and is here because the chain was kept.',
  ),
})
export type ChainLogs = Static<typeof chainLogs>

/** Events of spans, such as exceptions. */
export const chainEvents = object({
  span: list(count()),
  name: list(count()),
  atNs: list(number()),
  text: list(text(), 'Message of an exception, or "".'),
})
export type ChainEvents = Static<typeof chainEvents>

/** A span link. It points from the effect (a job's trace) to the cause (the span that made the job). */
export const chainLink = object({
  from: count('The effect; its span is in the chain.'),
  to: count('The cause; −1 when the chain does not have it.'),
  toTraceId: text(),
  toSpanId: text(),
  isStored: optional(
    flag('The cause is not in the chain, and its trace is in the store: the chain has too many.'),
  ),
})
export type ChainLink = Static<typeof chainLink>

/**
 * A whole call chain: the trace that was asked for and the traces joined to it by span links.
 * Columns instead of objects: ten thousand spans are a few hundred kilobytes, and a viewer keeps them as they are.
 * `…Ns` are nanoseconds after `startUnixNano`, exact in a number for 104 days. Attributes come one by one, see
 * {@link SpanDetail}.
 */
export const chainData = object({
  traceId: text('The trace that was asked for.'),
  startUnixNano: text('The earliest instant of the chain, unix nanoseconds in decimal.'),
  traces: list(
    object({ traceId: text(), depth: count() }),
    'Traces of the chain; the first is the one that was asked for. Columns named `trace` point here.',
  ),
  resources: list(chainResource, 'Who sent: one for each process. Columns named `resource` point here.'),
  texts: list(
    text(),
    'Texts that recur, such as names of spans. Columns named `name` and `group` point here.',
  ),
  spans: chainSpans,
  logs: chainLogs,
  events: chainEvents,
  links: list(chainLink),
  kept: optional(
    object(
      {
        reason: text('`error`, `failed`, `slow`, or `code`, which asked for it.'),
        span: count('Index of the span that says so; −1: a line does.'),
        log: count('Index of the line; −1: a span does.'),
      },
      'Why the application kept the chain as a whole; absent where nothing says.',
    ),
  ),
  moreTraces: count(
    'Linked traces that exist but are not here, because there are more than 20 or they lie deeper than 3 links.',
  ),
  moreRecords: count(
    'Spans or logs that exist but are not here, because the chain has more than can be shown.',
  ),
})
export type ChainData = Static<typeof chainData>

/** Everything that is known of one span. */
export const spanDetail = object({
  ref: text(),
  traceId: text(),
  spanId: text(),
  parentId: text(),
  traceState: text(),
  flags: count('Those of W3C Trace Context, and what OTLP adds.'),
  name: text(),
  kind: count(),
  status: count(),
  statusMessage: text(),
  startUnixNano: text(),
  endUnixNano: text(),
  attributes: fields,
  events: list(object({ timeUnixNano: text(), name: text(), attributes: fields })),
  links: list(object({ traceId: text(), spanId: text(), attributes: fields })),
  dropped: object(
    { attributes: count(), events: count(), links: count() },
    'What the sender says it left out.',
  ),
  resource: fields,
  scope: object({ name: text(), version: text(), attributes: fields }),
})
export type SpanDetail = Static<typeof spanDetail>
