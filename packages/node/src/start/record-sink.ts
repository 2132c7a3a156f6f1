import {
  type InstrumentationScope,
  type LogRecord,
  type RecordSink,
  recordScopeOf,
  spanContextOf,
} from '@clew/core'
import type { LogInput } from '@clew/otlp'

type TakeRecord = (scope: InstrumentationScope, record: LogInput) => void

/**
 * The sink of preload mode: adds what the context of the log call knows (ids, request fields, job identity) and
 * hands the record to the encoder, all in the log call.
 */
export function createRecordSink(take: TakeRecord): RecordSink {
  return (record) => take(record.scope, toLogInput(record))
}

function toLogInput(record: LogRecord): LogInput {
  const { context } = record
  const span = spanContextOf(context)
  return {
    timeUnixMs: record.timeUnixMs,
    severityNumber: record.severityNumber,
    severityText: record.severityText,
    body: record.body,
    eventName: record.eventName,
    attributes: record.attributes,
    omit: record.omit,
    contextAttributes: recordScopeOf(context)?.attributes,
    exception: record.exception,
    traceId: span?.traceId,
    spanId: span?.spanId,
    traceFlags: span?.traceFlags,
  }
}
