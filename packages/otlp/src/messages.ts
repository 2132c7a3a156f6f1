import { choice, type Message, message, once, optional } from './message.ts'
import type {
  Exemplar,
  ExponentialBuckets,
  ExponentialPoint,
  HistogramPoint,
  LogRecord,
  NumberPoint,
  OtlpMetric,
  Resource,
  ResourceLogs,
  ResourceMetrics,
  ResourceSpans,
  Scope,
  ScopeLogs,
  ScopeMetrics,
  ScopeSpans,
  Span,
  SpanEvent,
  SpanLink,
  SpanStatus,
  SummaryPoint,
} from './model.ts'

// The messages of https://github.com/open-telemetry/opentelemetry-proto (v1.9) as tables, made when they are first asked
// for: a preload begins without them.

export const resource: () => Message<Resource> = once(() =>
  message({
    attributes: [1, 'attributes'],
    droppedAttributesCount: [2, 'uint32'],
  }),
)

export const scope: () => Message<Scope> = once(() =>
  message({
    name: [1, 'text'],
    version: [2, 'text'],
    attributes: [3, 'attributes'],
    droppedAttributesCount: [4, 'uint32'],
  }),
)

const logRecord: () => Message<LogRecord> = once(() =>
  message({
    timeUnixNano: [1, 'fixed64'],
    observedTimeUnixNano: [11, 'fixed64'],
    severityNumber: [2, 'int32'],
    severityText: [3, 'text'],
    body: [5, 'value'],
    attributes: [6, 'attributes'],
    droppedAttributesCount: [7, 'uint32'],
    flags: [8, 'fixed32'],
    traceId: [9, 'traceId'],
    spanId: [10, 'spanId'],
    eventName: [12, 'text'],
  }),
)

const spanEvent: () => Message<SpanEvent> = once(() =>
  optional({
    timeUnixNano: [1, 'fixed64'],
    name: [2, 'text'],
    attributes: [3, 'attributes'],
    droppedAttributesCount: [4, 'uint32'],
  }),
)

const spanLink: () => Message<SpanLink> = once(() =>
  optional({
    traceId: [1, 'traceId'],
    spanId: [2, 'spanId'],
    traceState: [3, 'text'],
    attributes: [4, 'attributes'],
    droppedAttributesCount: [5, 'uint32'],
    flags: [6, 'fixed32'],
  }),
)

const spanStatus: () => Message<SpanStatus> = once(() =>
  optional({ code: [3, 'int32'], message: [2, 'text'] }),
)

const span: () => Message<Span> = once(() =>
  message({
    traceId: [1, 'traceId'],
    spanId: [2, 'spanId'],
    traceState: [3, 'text'],
    parentSpanId: [4, 'spanId'],
    flags: [16, 'fixed32'],
    name: [5, 'text'],
    kind: [6, 'int32'],
    startTimeUnixNano: [7, 'fixed64'],
    endTimeUnixNano: [8, 'fixed64'],
    attributes: [9, 'attributes'],
    droppedAttributesCount: [10, 'uint32'],
    events: [11, [spanEvent()]],
    droppedEventsCount: [12, 'uint32'],
    links: [13, [spanLink()]],
    droppedLinksCount: [14, 'uint32'],
    status: [15, spanStatus()],
  }),
)

const scopeLogs: () => Message<ScopeLogs> = once(() =>
  message({
    scope: [1, scope()],
    logRecords: [2, [logRecord()]],
    schemaUrl: [3, 'text'],
  }),
)

const resourceLogs: () => Message<ResourceLogs> = once(() =>
  message({
    resource: [1, resource()],
    scopeLogs: [2, [scopeLogs()]],
    schemaUrl: [3, 'text'],
  }),
)

const scopeSpans: () => Message<ScopeSpans> = once(() =>
  message({
    scope: [1, scope()],
    spans: [2, [span()]],
    schemaUrl: [3, 'text'],
  }),
)

const resourceSpans: () => Message<ResourceSpans> = once(() =>
  message({
    resource: [1, resource()],
    scopeSpans: [2, [scopeSpans()]],
    schemaUrl: [3, 'text'],
  }),
)

export const logsRequest: () => Message<{ resourceLogs: ResourceLogs[] }> = once(() =>
  message({
    resourceLogs: [1, [resourceLogs()]],
  }),
)

export const tracesRequest: () => Message<{ resourceSpans: ResourceSpans[] }> = once(() =>
  message({
    resourceSpans: [1, [resourceSpans()]],
  }),
)

const exemplar: () => Message<Exemplar> = once(() =>
  optional({
    filteredAttributes: [7, 'attributes'],
    timeUnixNano: [2, 'fixed64'],
    asDouble: [3, 'double'],
    asInt: [6, 'sfixed64'],
    spanId: [4, 'spanId'],
    traceId: [5, 'traceId'],
  }),
)

const numberPoint: () => Message<NumberPoint> = once(() =>
  message({
    attributes: [7, 'attributes'],
    startTimeUnixNano: [2, 'fixed64'],
    timeUnixNano: [3, 'fixed64'],
    asDouble: [4, 'double'],
    asInt: [6, 'sfixed64'],
    exemplars: [5, [exemplar()]],
    flags: [8, 'uint32'],
  }),
)

const histogramPoint: () => Message<HistogramPoint> = once(() =>
  message({
    attributes: [9, 'attributes'],
    startTimeUnixNano: [2, 'fixed64'],
    timeUnixNano: [3, 'fixed64'],
    count: [4, 'fixed64'],
    sum: [5, 'double'],
    bucketCounts: [6, 'counts'],
    explicitBounds: [7, 'bounds'],
    exemplars: [8, [exemplar()]],
    flags: [10, 'uint32'],
    min: [11, 'double'],
    max: [12, 'double'],
  }),
)

const buckets: () => Message<ExponentialBuckets> = once(() =>
  optional({ offset: [1, 'sint32'], bucketCounts: [2, 'varints'] }),
)

const exponentialPoint: () => Message<ExponentialPoint> = once(() =>
  message({
    attributes: [1, 'attributes'],
    startTimeUnixNano: [2, 'fixed64'],
    timeUnixNano: [3, 'fixed64'],
    count: [4, 'fixed64'],
    sum: [5, 'double'],
    scale: [6, 'sint32'],
    zeroCount: [7, 'fixed64'],
    positive: [8, buckets()],
    negative: [9, buckets()],
    flags: [10, 'uint32'],
    exemplars: [11, [exemplar()]],
    min: [12, 'double'],
    max: [13, 'double'],
    zeroThreshold: [14, 'double'],
  }),
)

const summaryPoint: () => Message<SummaryPoint> = once(() =>
  message({
    attributes: [7, 'attributes'],
    startTimeUnixNano: [2, 'fixed64'],
    timeUnixNano: [3, 'fixed64'],
    count: [4, 'fixed64'],
    sum: [5, 'double'],
    quantileValues: [6, [message({ quantile: [1, 'double'], value: [2, 'double'] })]],
    flags: [8, 'uint32'],
  }),
)

const metric: () => Message<OtlpMetric> = once(() =>
  message({
    name: [1, 'text'],
    description: [2, 'text'],
    unit: [3, 'text'],
    gauge: [5, choice({ dataPoints: [1, [numberPoint()]] })],
    sum: [
      7,
      choice({
        dataPoints: [1, [numberPoint()]],
        aggregationTemporality: [2, 'int32'],
        isMonotonic: [3, 'boolean'],
      }),
    ],
    histogram: [9, choice({ dataPoints: [1, [histogramPoint()]], aggregationTemporality: [2, 'int32'] })],
    exponentialHistogram: [
      10,
      choice({ dataPoints: [1, [exponentialPoint()]], aggregationTemporality: [2, 'int32'] }),
    ],
    summary: [11, choice({ dataPoints: [1, [summaryPoint()]] })],
  }),
)

const scopeMetrics: () => Message<ScopeMetrics> = once(() =>
  message({
    scope: [1, scope()],
    metrics: [2, [metric()]],
    schemaUrl: [3, 'text'],
  }),
)

const resourceMetrics: () => Message<ResourceMetrics> = once(() =>
  message({
    resource: [1, resource()],
    scopeMetrics: [2, [scopeMetrics()]],
    schemaUrl: [3, 'text'],
  }),
)

export const metricsRequest: () => Message<{ resourceMetrics: ResourceMetrics[] }> = once(() =>
  message({
    resourceMetrics: [1, [resourceMetrics()]],
  }),
)

type PartialSuccess = { rejected: number | bigint; message: string }

/** `Export*ServiceResponse`. In JSON its first field has another name for each signal. */
export const exportResponse: () => Message<{ partialSuccess: PartialSuccess }> = once(() =>
  message({
    partialSuccess: [1, optional({ rejected: [1, 'int64'], message: [2, 'text'] })],
  }),
)

// https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto and error_details.proto

type Any = { typeUrl: string; value: Uint8Array }

export const rpcStatus: () => Message<{ code: number; message: string; details: Any[] }> = once(() =>
  message({
    code: [1, 'int32'],
    message: [2, 'text'],
    details: [3, [message<Any>({ typeUrl: [1, 'text'], value: [2, 'bytes'] })]],
  }),
)

type Duration = { seconds: number | bigint; nanos: number }

export const retryInfo: () => Message<{ retryDelay: Duration }> = once(() =>
  message({
    retryDelay: [1, message({ seconds: [1, 'int64'], nanos: [2, 'int32'] })],
  }),
)
