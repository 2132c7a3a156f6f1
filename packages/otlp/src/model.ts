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

/** A `KeyValueList`, by its keys; of a key that comes twice the last value counts. */
export type Attributes = { [key: string]: Value }

/** Who sent records: the service, its host and process. */
export type Resource = { attributes: Attributes; droppedAttributesCount: number }

/** The `InstrumentationScope`, the library that made the records; `name` is "" when it does not say. */
export type Scope = { name: string; version: string; attributes: Attributes; droppedAttributesCount: number }

/** A decoded log record. A field that was not sent has its zero value: 0, "", null for `body`, no attributes. */
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

/** Something that happened in a span at one moment. */
export type SpanEvent = {
  timeUnixNano: bigint
  name: string
  attributes: Attributes
  droppedAttributesCount: number
}

/** From a span to one of another trace, or of this one, which is not its parent. */
export type SpanLink = {
  traceId: string
  spanId: string
  traceState: string
  attributes: Attributes
  droppedAttributesCount: number
  flags: number
}

/** `code`: 0 unset, 1 ok, 2 error. */
export type SpanStatus = { code: number; message: string }

/** A decoded span. A field that was not sent has its zero value; `parentSpanId` "" is a root. */
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

/** The records of one scope. */
export type ScopeLogs = { scope: Scope; schemaUrl: string; logRecords: LogRecord[] }
/** The records of one resource, by scope; a logs request is a list of these. */
export type ResourceLogs = { resource: Resource; schemaUrl: string; scopeLogs: ScopeLogs[] }
/** The spans of one scope. */
export type ScopeSpans = { scope: Scope; schemaUrl: string; spans: Span[] }
/** The spans of one resource, by scope; a traces request is a list of these. */
export type ResourceSpans = { resource: Resource; schemaUrl: string; scopeSpans: ScopeSpans[] }

/** A measurement, and the span in which it was made. Of `asInt` and `asDouble` one is there. */
export type Exemplar = {
  /** What the point leaves out. */
  filteredAttributes: Attributes
  timeUnixNano: bigint
  asDouble: number | undefined
  asInt: number | undefined
  spanId: string
  traceId: string
}

type DataPoint = {
  attributes: Attributes
  startTimeUnixNano: bigint
  timeUnixNano: bigint
  /** 1: it has no value, as its series ended. */
  flags: number
}
type Exemplified = { exemplars: Exemplar[] }
type Total = { count: bigint; sum: number | undefined }
type Extremes = { min: number | undefined; max: number | undefined }

/** One number of a metric. Of `asInt` and `asDouble` one is there; integers that are not safe are rounded. */
export type NumberPoint = DataPoint & {
  asDouble: number | undefined
  asInt: number | undefined
} & Exemplified

/** A distribution. `bucketCounts` has one more than `explicitBounds`: of what is above the last one. */
export type HistogramPoint = DataPoint &
  Total & { bucketCounts: number[]; explicitBounds: number[] } & Exemplified &
  Extremes

/** Counts of the buckets from `offset` on. */
export type ExponentialBuckets = { offset: number; bucketCounts: number[] }

/** A distribution whose buckets grow by the factor 2^(2^-scale). */
export type ExponentialPoint = DataPoint &
  Total & {
    scale: number
    zeroCount: bigint
    positive: ExponentialBuckets
    negative: ExponentialBuckets
    zeroThreshold: number | undefined
  } & Exemplified &
  Extremes

/** `quantileValues`: the value below which that share of all lies. */
export type SummaryPoint = DataPoint &
  Total & { quantileValues: { quantile: number | undefined; value: number | undefined }[] }

/** `aggregationTemporality`: 1 delta, 2 cumulative. */
type Temporal = { aggregationTemporality: number }

/** Of the five kinds of data one is there. */
export type OtlpMetric = {
  name: string
  description: string
  /** By UCUM, such as `By`, `s` or `{log_record}`. */
  unit: string
  gauge: { dataPoints: NumberPoint[] } | undefined
  sum: ({ dataPoints: NumberPoint[]; isMonotonic: boolean } & Temporal) | undefined
  histogram: ({ dataPoints: HistogramPoint[] } & Temporal) | undefined
  exponentialHistogram: ({ dataPoints: ExponentialPoint[] } & Temporal) | undefined
  summary: { dataPoints: SummaryPoint[] } | undefined
}

/** The metrics of one scope. */
export type ScopeMetrics = { scope: Scope; schemaUrl: string; metrics: OtlpMetric[] }
/** The metrics of one resource, by scope; a metrics request is a list of these. */
export type ResourceMetrics = { resource: Resource; schemaUrl: string; scopeMetrics: ScopeMetrics[] }

/** The signals of records that Clew sends. */
export type Signal = 'logs' | 'traces'
