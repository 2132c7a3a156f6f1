/** What the encoder takes: plain objects of the hot path, values of any kind, times in milliseconds. */

/** A log record to encode. It is read at once and not kept, so it may be changed afterwards. */
export type LogInput = {
  /** Unix milliseconds; a fraction is kept to about a quarter of a microsecond. */
  timeUnixMs: number
  /** The OpenTelemetry severity, 1 to 24; 0 is unspecified. */
  severityNumber: number
  severityText: string
  body: unknown
  eventName?: string | undefined
  /** Own enumerable string keys are sent, but for those in `omit`. A value of any kind; Errors become exception.*. */
  attributes?: object | undefined
  omit?: ReadonlySet<string> | undefined
  /** Request fields and job identity. A key that `attributes` also has is sent once, with the value of `attributes`. */
  contextAttributes?: object | undefined
  /** An Error (or anything thrown) for exception.type, exception.message, exception.stacktrace, with its causes. */
  exception?: unknown
  /**
   * What the toJSON of an object has given already; `path` leads from a value of `attributes` to the object. Where it
   * is undefined, and without this function, toJSON is called.
   */
  printedJson?: ((attributes: object, path: readonly object[]) => unknown) | undefined
  /** 32 and 16 hex digits; both or none. */
  traceId?: string | undefined
  spanId?: string | undefined
  traceFlags?: number | undefined
  /** Not sent; whoever samples by the trace reads it. */
  traceState?: { get(key: string): string | undefined } | undefined
}

/** An event of a span to encode; `timeUnixMs` as in {@link LogInput}. */
export type EventInput = {
  timeUnixMs: number
  name: string
  attributes?: object | undefined
  droppedAttributesCount?: number
}

/** A link of a span to encode: 32 and 16 hex digits of the span that it leads to. */
export type LinkInput = {
  traceId: string
  spanId: string
  traceFlags: number
  /** The remote parent flag of the OTLP flags field. */
  isRemote?: boolean | undefined
  traceState?: string | undefined
  attributes?: object | undefined
  droppedAttributesCount?: number
}

/** An ended span to encode: ids as 32 and 16 hex digits, times in Unix milliseconds, of which fractions are kept. */
export type SpanInput = {
  traceId: string
  spanId: string
  traceFlags: number
  traceState?: string | undefined
  parentSpanId?: string | undefined
  parentIsRemote?: boolean | undefined
  name: string
  /** The API's SpanKind, 0 internal to 4 consumer; the wire's is one more. */
  kind: number
  startUnixMs: number
  endUnixMs: number
  attributes?: object | undefined
  droppedAttributesCount?: number
  events?: readonly EventInput[]
  droppedEventsCount?: number
  links?: readonly LinkInput[]
  droppedLinksCount?: number
  /** The API's SpanStatusCode: 0 unset, 1 ok, 2 error. */
  statusCode: number
  statusMessage?: string | undefined
}
