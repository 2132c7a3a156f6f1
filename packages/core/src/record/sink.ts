import type { SpanContext } from '@opentelemetry/api'
import { recordScopeOf, spanContextOf } from '../context/request-context.ts'
import { sharedState } from '../process/state.ts'
import { emitToLogsApi } from './logs-api.ts'
import type { LogRecord } from './record.ts'

/** Takes one record. Must not throw and must not keep or change it. */
export type RecordSink = (record: LogRecord) => void

const sink = sharedState<{ current: RecordSink | undefined }>('record sink', () => ({ current: undefined }))

/**
 * Adds what the context of the call knows to a record, in the record itself, and hands it to the sink: in preload mode
 * the encoder, else the OpenTelemetry Logs API, whichever of its two globals has an SDK. `span` is for callers that have
 * already read the ids from the record's context. Never throws.
 */
export function emitRecord(
  record: LogRecord,
  span: SpanContext | undefined = spanContextOf(record.context),
): void {
  record.traceId = span?.traceId
  record.spanId = span?.spanId
  record.traceFlags = span?.traceFlags
  record.contextAttributes = recordScopeOf(record.context)?.attributes
  if (sink.current) sink.current(record)
  else emitToLogsApi(record)
}

/** Puts a sink in the place of the Logs API; returns the way back. */
export function setRecordSink(next: RecordSink): () => void {
  const before = sink.current
  sink.current = next
  return () => {
    sink.current = before
  }
}
