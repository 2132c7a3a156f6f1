import type { Meter, MeterValue } from '@clew/core'
import { durationBounds } from '@clew/otlp/metrics-text'
import type { LaneStatus, Pipeline, Protocol } from '@clew/pipeline'
import { bytes, counter, one, updown } from './make-meter.ts'

type Counted = Pick<Pipeline, 'status' | 'waitingBytes'>

/** Of the spans that began: how many by the decision of the sampler, and how many of those that are sampled have not ended. */
export type SpanCounts = { readonly started: Float64Array; readonly open: { readonly size: number } }

/** What a signal is called in names of metrics, and what of it is counted. */
const log = { signal: 'logs', word: 'log', unit: '{log_record}', what: 'Log records' } as const
const span = { signal: 'traces', word: 'span', unit: '{span}', what: 'Spans' } as const
type Counting = typeof log | typeof span

/**
 * What a pipeline counts, by the names that OpenTelemetry has for the numbers of an SDK; for what it has none, ours.
 * https://opentelemetry.io/docs/specs/semconv/otel/sdk-metrics/ (Development, November 2026)
 */
export function pipelineMeters(pipeline: Counted, spans: SpanCounts): Meter[] {
  const lanes = (): readonly LaneStatus[] => pipeline.status().lanes
  return [
    counter('otel.sdk.log.created', log.unit, 'Log records that were written.', [], () =>
      one(pipeline.status().createdLogs),
    ),
    ...spanMeters(spans),
    ...signalMeters(log, lanes),
    ...signalMeters(span, lanes),
    durationMeter(lanes),
    bytes('clew.queue.usage', 'Encoded records and spans in memory.', () => pipeline.waitingBytes().memory),
    bytes(
      'clew.queue.limit',
      'What may wait in memory, CLEW_MAX_QUEUE_BYTES.',
      () => pipeline.waitingBytes().maxMemory,
    ),
    bytes('clew.spool.usage', 'Records and spans on disk.', () => pipeline.waitingBytes().spool),
    bytes(
      'clew.spool.limit',
      'What each signal may keep on disk, CLEW_MAX_SPOOL_BYTES; 0 without a spool.',
      () => pipeline.waitingBytes().maxSpool,
    ),
  ]
}

/** By the number of the decision. */
const samplingResults = ['DROP', 'RECORD_ONLY', 'RECORD_AND_SAMPLE'] as const

function spanMeters({ started, open }: SpanCounts): Meter[] {
  const label = 'otel.span.sampling_result'
  return [
    counter('otel.sdk.span.started', span.unit, 'Spans that began.', [label], () =>
      samplingResults.map((result, at) => ({ labels: { [label]: result }, value: started[at]! })),
    ),
    updown('otel.sdk.span.live', span.unit, 'Sampled spans that have not ended.', [label], () => [
      { labels: { [label]: 'RECORD_AND_SAMPLE' }, value: open.size },
    ]),
  ]
}

const componentLabels = ['otel.component.name', 'otel.component.type'] as const
const exporterLabels = [...componentLabels, 'server.address', 'server.port'] as const
const errorLabel = 'error.type'

type OfLanes = (read: (lane: LaneStatus) => MeterValue[]) => () => MeterValue[]

function signalMeters(counting: Counting, lanes: () => readonly LaneStatus[]): Meter[] {
  const { signal, word, unit, what } = counting
  const of: OfLanes = (read) => () =>
    lanes()
      .filter((lane) => lane.signal === signal)
      .flatMap(read)
  return [
    ...processorMeters(counting, of),
    ...exporterMeters(counting, of),
    counter(
      `clew.${word}.spooled`,
      unit,
      `${what} that were written to disk, as memory was full or the process ended.`,
      componentLabels,
      of((lane) => [{ labels: processorOf(lane), value: lane.counters.spooled }]),
    ),
    counter(
      `clew.${word}.replayed`,
      unit,
      `${what} that the receiver took out of the spool, also those of ended processes.`,
      componentLabels,
      of((lane) => [{ labels: processorOf(lane), value: lane.counters.replayed }]),
    ),
    counter(
      `clew.${word}.expired`,
      unit,
      `${what} that were deleted on disk, as they were too old.`,
      componentLabels,
      of((lane) => [{ labels: processorOf(lane), value: lane.counters.expired }]),
    ),
  ]
}

function processorMeters({ word, unit, what }: Counting, of: OfLanes): Meter[] {
  return [
    counter(
      `otel.sdk.processor.${word}.processed`,
      unit,
      `${what} that were handed to the exporter, or were dropped as memory and disk were full.`,
      [...componentLabels, errorLabel],
      of((lane) => [
        { labels: processorOf(lane), value: lane.begun },
        { labels: { ...processorOf(lane), [errorLabel]: 'queue_full' }, value: lane.counters.dropped },
      ]),
    ),
    updown(
      `otel.sdk.processor.${word}.queue.size`,
      unit,
      `${what} that wait in memory to be handed to the exporter.`,
      componentLabels,
      of((lane) => [{ labels: processorOf(lane), value: lane.waiting }]),
    ),
  ]
}

function exporterMeters({ word, unit, what }: Counting, of: OfLanes): Meter[] {
  return [
    counter(
      `otel.sdk.exporter.${word}.exported`,
      unit,
      `${what} that the receiver took, those of the spool among them, or refused.`,
      [...exporterLabels, errorLabel],
      of((lane) => [
        { labels: exporterOf(lane), value: lane.counters.delivered + lane.counters.replayed },
        ...Object.entries(lane.failed).map(([error, value]) => ({
          ...{ labels: { ...exporterOf(lane), [errorLabel]: error }, value },
        })),
      ]),
    ),
    updown(
      `otel.sdk.exporter.${word}.inflight`,
      unit,
      `${what} that are being sent, or wait to be sent again.`,
      exporterLabels,
      of((lane) => [{ labels: exporterOf(lane), value: lane.inflight }]),
    ),
  ]
}

function durationMeter(lanes: () => readonly LaneStatus[]): Meter {
  return {
    ...{ name: 'otel.sdk.exporter.operation.duration', kind: 'histogram', unit: 's' },
    help: 'How long it took to send a batch, with all attempts.',
    labels: [...exporterLabels, errorLabel],
    read: () =>
      lanes().flatMap((lane) =>
        Object.entries(lane.durations).map(([error, { sumSeconds, counts }]) => ({
          labels: { ...exporterOf(lane), ...(error !== '' && { [errorLabel]: error }) },
          value: sumSeconds,
          buckets: { bounds: durationBounds, counts },
        })),
      ),
  }
}

/** The OTLP receiver of a signal is called otlp among the destinations. */
function nameOf({ name, otlp }: LaneStatus): string {
  return otlp === undefined ? name : 'otlp'
}

function wordOf({ signal }: LaneStatus): string {
  return signal === 'traces' ? span.word : log.word
}

function processorOf(lane: LaneStatus): Record<string, string> {
  const type = `batching_${wordOf(lane)}_processor`
  return { 'otel.component.name': `${type}/${nameOf(lane)}`, 'otel.component.type': type }
}

const otlpTypes: Readonly<Record<Protocol, string>> = {
  'http/protobuf': 'otlp_http',
  'http/json': 'otlp_http_json',
  grpc: 'otlp_grpc',
}

function exporterOf(lane: LaneStatus): Record<string, string> {
  const { otlp, name } = lane
  const type = `${otlp === undefined ? name : otlpTypes[otlp.protocol]}_${wordOf(lane)}_exporter`
  return {
    ...{ 'otel.component.name': `${type}/0`, 'otel.component.type': type },
    ...(otlp && { 'server.address': otlp.host, 'server.port': String(otlp.port) }),
  }
}
