import { activeContext, guard, recordScopeOf, showRecord, spanContextOf } from '@clew/core'
import type { LogInput } from '@clew/otlp'
import type { Pipeline, PipelineScope } from '@clew/pipeline'
import type { LoggerProvider, LogRecord } from '@opentelemetry/api'
import { byScope } from '../tracer/by-scope.ts'
import { parseTime, type SpanClock, systemClock, unixNow } from '../tracer/span-clock.ts'

export type LoggerProviderOptions = {
  /** Takes each record at its emit. */
  pipeline: Pick<Pipeline, 'log'>
  /** For records without a timestamp. Default: that of spans. */
  clock?: SpanClock
}

/**
 * A LoggerProvider for code that writes to the OpenTelemetry Logs API itself: its records go into the pipeline with
 * the ids, request fields and job identity of their context. Never throws.
 */
export function createLoggerProvider({
  pipeline,
  clock = systemClock,
}: LoggerProviderOptions): LoggerProvider {
  const take = (scope: PipelineScope, record: LogInput): void => {
    showRecord(scope, record)
    pipeline.log(scope, record)
  }
  return {
    getLogger: byScope((scope) => ({
      enabled: () => true,
      emit: (record) => guard('emitting a record', () => take(scope, toLogInput(record, clock)), undefined),
    })),
  }
}

function toLogInput(record: LogRecord, clock: SpanClock): LogInput {
  const context = record.context ?? activeContext()
  const span = spanContextOf(context)
  return {
    timeUnixMs: timeOf(record, clock),
    severityNumber: record.severityNumber ?? 0,
    severityText: record.severityText ?? '',
    body: record.body,
    eventName: record.eventName,
    attributes: record.attributes,
    contextAttributes: recordScopeOf(context)?.attributes,
    exception: record.exception,
    traceId: span?.traceId,
    spanId: span?.spanId,
    traceFlags: span?.traceFlags,
    traceState: span?.traceState,
  }
}

function timeOf({ timestamp, observedTimestamp }: LogRecord, clock: SpanClock): number {
  return parseTime(timestamp, clock) ?? parseTime(observedTimestamp, clock) ?? unixNow(clock)
}
