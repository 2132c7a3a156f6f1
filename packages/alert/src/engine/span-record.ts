import type { ResourceSpans, Span } from '@clew/otlp'
import { type SearchedRecord, valueText } from '@clew/search'
import { type AlertRecord, idOrNone, plausibleMs, type SpanFacts, weightOf } from './record.ts'

/**
 * The spans of a decoded request as records, each of when it ended. `arrivedUnixMs`: when it came; a span whose end is none, lies
 * before the year 2000 or further ahead than five minutes ended then. One without an end is left out.
 */
export function spanRecordsOf(
  request: readonly ResourceSpans[],
  arrivedUnixMs: number = Number.POSITIVE_INFINITY,
): AlertRecord[] {
  return request.flatMap(({ resource, scopeSpans }) => {
    const { attributes } = resource
    const service = attributes['service.name']
    const of = { service: service === undefined ? '' : valueText(service), resource: attributes }
    return scopeSpans.flatMap(({ spans }) =>
      spans
        .filter(({ endTimeUnixNano }) => endTimeUnixNano > 0n)
        .map((span) => recordOf(span, of, arrivedUnixMs)),
    )
  })
}

const errorStatus = 2
const errorSeverity = 17
const infoSeverity = 9

function recordOf(
  span: Span,
  of: { service: string; resource: SearchedRecord['resource'] },
  arrivedUnixMs: number,
): AlertRecord {
  const { name, attributes, traceId, spanId, status } = span
  const endMs = Number(span.endTimeUnixNano / 1_000_000n)
  const isError = status.code === errorStatus
  return {
    unixMs: plausibleMs(endMs, arrivedUnixMs),
    severityNumber: isError ? errorSeverity : infoSeverity,
    ...of,
    eventName: '',
    traceId: idOrNone(traceId),
    spanId: idOrNone(spanId),
    body: name,
    attributes,
    weight: weightOf(attributes),
    folded: undefined,
    span: factsOf(span, isError),
  }
}

/** SpanKind: https://github.com/open-telemetry/opentelemetry-proto/blob/v1.7.0/opentelemetry/proto/trace/v1/trace.proto */
const consumerKind = 5

function factsOf(
  { startTimeUnixNano, endTimeUnixNano, attributes, kind }: Span,
  isError: boolean,
): SpanFacts {
  const queue = kind === consumerKind ? attributes['messaging.destination.name'] : undefined
  const waitMs = numberOf(attributes['bullmq.job.wait_ms'])
  const attempt = numberOf(attributes['bullmq.job.attempt'])
  return {
    durationMs: Math.max(0, Number(endTimeUnixNano - startTimeUnixNano) / 1e6),
    isError,
    ...(typeof queue === 'string' && { queue }),
    ...(waitMs !== undefined && { waitMs }),
    ...(attempt !== undefined && { attempt }),
  }
}

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
