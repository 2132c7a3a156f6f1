import { activeContext, guard, recordScopeOf, spanOf } from '@clew/core'
import type { LogInput } from '@clew/otlp'
import type { Pipeline, PipelineScope } from '@clew/pipeline'
import type { Context, Logger, LoggerProvider, LogRecord, SpanContext } from '@opentelemetry/api'
import { parseTime } from '../tracer/span-clock.ts'

export type LoggerProviderOptions = {
  /** Takes each record at its emit. */
  pipeline: Pick<Pipeline, 'log'>
  /** Unix milliseconds, for records without a timestamp. Default: Date.now. */
  now?: () => number
}

/**
 * A LoggerProvider for code that writes to the OpenTelemetry Logs API itself: its records go into the pipeline with
 * the ids, request fields and job identity of their context. Never throws.
 */
export function createLoggerProvider({ pipeline, now = Date.now }: LoggerProviderOptions): LoggerProvider {
  const loggers = new Map<string, Logger>()
  const makeLogger = (scope: PipelineScope): Logger => ({
    enabled: () => true,
    emit: (record) =>
      guard('emitting a record', () => pipeline.log(scope, toLogInput(record, now)), undefined),
  })
  return {
    getLogger: (name, version = '') => {
      const key = `${name}@${version}`
      const logger = loggers.get(key) ?? makeLogger({ name, version })
      loggers.set(key, logger)
      return logger
    },
  }
}

function toLogInput(record: LogRecord, now: () => number): LogInput {
  const context = record.context ?? activeContext()
  const span = validSpanContext(context)
  return {
    timeUnixMs: parseTime(record.timestamp) ?? parseTime(record.observedTimestamp) ?? now(),
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
  }
}

const NO_TRACE = '0'.repeat(32)

/** Where tracing is suppressed the active span has ids of zeros, which are none. */
function validSpanContext(context: Context): SpanContext | undefined {
  const span = spanOf(context)?.spanContext()
  return span?.traceId === NO_TRACE ? undefined : span
}
