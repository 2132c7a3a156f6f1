import {
  cutSecrets,
  type Meter,
  type MeterValue,
  type ObservedSpan,
  SpanKind,
  type SpanObserver,
} from '@clew/core'
import { durationBounds } from '@clew/otlp/metrics-text'

/** Of spans whose name is one too many, or too long. */
const otherNames = '_other'
const longestName = 128

/** Of the spans by which work enters a process: what they are called in the label `span.kind`. */
const entryKinds: ReadonlyMap<number, string> = new Map([
  [SpanKind.SERVER, 'SPAN_KIND_SERVER'],
  [SpanKind.CONSUMER, 'SPAN_KIND_CONSUMER'],
])
/** By the number of the code. */
const statusCodes = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'] as const
const sampled = 1

/** Durations of one name, kind and status. */
class Durations {
  readonly counts = new Float64Array(durationBounds.length + 1)
  sumSeconds = 0
  /** Of the last sampled span of each bucket, whose ids are undefined before there is one. */
  readonly traceIds: (string | undefined)[] = [...this.counts].map(() => undefined)
  readonly spanIds: (string | undefined)[] = [...this.counts].map(() => undefined)
  readonly timesUnixMs = new Float64Array(this.counts.length)
  readonly seconds = new Float64Array(this.counts.length)
}

/** Counts how long the work took that entered the process: requests and jobs. */
export type SpanTally = {
  /** Counts one span, if it is of such work; makes no object but for a name that is new. Never throws. */
  observe: SpanObserver
  meter: Meter
}

/** Spans of more than `maxNames` names are counted under `_other`. */
export function createSpanTally(service: string, maxNames: number): SpanTally {
  /** By kind and name, then by status. */
  const kinds = new Map([...entryKinds.keys()].map((kind) => [kind, new Map<string, Durations[]>()]))
  let names = 0

  const durationsOf = (kind: number, given: string): Durations[] => {
    const ofKind = kinds.get(kind)!
    const known = ofKind.get(given)
    if (known !== undefined) return known
    const cut = cutSecrets(given)
    const isOwn = ofKind.has(cut) || (names < maxNames && cut.length <= longestName)
    const name = isOwn ? cut : otherNames
    const durations = ofKind.get(name) ?? []
    if (isOwn && !ofKind.has(name)) names++
    ofKind.set(name, durations)
    return durations
  }

  return {
    observe(span) {
      if (entryKinds.has(span.kind)) count(durationsOf(span.kind, span.name), span)
    },
    meter: {
      // As the connector spanmetrics of the OpenTelemetry Collector has it, with its `histogram.unit: s`.
      name: 'traces.span.metrics.duration',
      kind: 'histogram',
      unit: 's',
      help: 'How long requests and jobs took that entered the process, by their name and status.',
      labels: ['service.name', 'span.name', 'span.kind', 'status.code'],
      read: () =>
        [...kinds].flatMap(([kind, byName]) =>
          [...byName].flatMap(([name, byStatus]) =>
            byStatus.map((durations, status) =>
              durationsValue(durations, {
                ...{ 'service.name': service, 'span.name': name },
                ...{ 'span.kind': entryKinds.get(kind)!, 'status.code': statusCodes[status]! },
              }),
            ),
          ),
        ),
    },
  }
}

function count(byStatus: Durations[], span: ObservedSpan): void {
  // All from the first on: what begins with its first error has no increase.
  if (byStatus.length === 0) for (const _ of statusCodes) byStatus.push(new Durations())
  const durations = byStatus[span.statusCode] ?? byStatus[0]!
  const seconds = Math.max(0, span.endUnixMs - span.startUnixMs) / 1000
  const found = durationBounds.findIndex((bound) => seconds <= bound)
  const bucket = found === -1 ? durationBounds.length : found
  durations.counts[bucket]!++
  durations.sumSeconds += seconds
  if ((span.traceFlags & sampled) === 0) return
  durations.traceIds[bucket] = span.traceId
  durations.spanIds[bucket] = span.spanId
  durations.timesUnixMs[bucket] = span.endUnixMs
  durations.seconds[bucket] = seconds
}

function durationsValue(durations: Durations, labels: Record<string, string>): MeterValue {
  const { counts, sumSeconds, traceIds, spanIds, timesUnixMs, seconds } = durations
  const exemplars = traceIds.map((traceId, at) => {
    const spanId = spanIds[at]
    return traceId && spanId
      ? { traceId, spanId, timeUnixMs: timesUnixMs[at]!, value: seconds[at]! }
      : undefined
  })
  return { labels, value: sumSeconds, buckets: { bounds: durationBounds, counts: [...counts], exemplars } }
}
