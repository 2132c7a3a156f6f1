import type { SpanContext } from '@opentelemetry/api'
import { recordScopeOf, spanContextOf } from '../context/request-context.ts'
import { sharedState } from '../process/state.ts'
import { emitToLogsApi } from './logs-api.ts'
import type { InstrumentationScope, LogRecord } from './record.ts'

/** Takes one record. Must not throw and must not keep or change it. */
export type RecordSink = (record: LogRecord) => void

/** What is known of every record, also of those that are written to the Logs API itself. */
export type ObservedRecord = Pick<
  LogRecord,
  'severityNumber' | 'timeUnixMs' | 'attributes' | 'traceId' | 'spanId' | 'traceFlags'
>

/** Sees one record pass, in the log call. Must not throw and must not keep or change it. */
export type RecordObserver = (scope: InstrumentationScope, record: ObservedRecord) => void

type Sink = {
  current: RecordSink | undefined
  // Absent in the state of a copy that is older than they are.
  observer?: RecordObserver | undefined
  observers?: readonly RecordObserver[]
}

const sink = sharedState<Sink>('record sink', () => ({
  current: undefined,
  observer: undefined,
  observers: [],
}))

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
  record.traceState = span?.traceState
  record.contextAttributes = recordScopeOf(record.context)?.attributes
  if (sink.observer) sink.observer(record.scope, record)
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

/** Lets `observer` see each record from now on; returns the way back. */
export function observeRecords(observer: RecordObserver): () => void {
  const others = sink.observers ?? []
  setObservers([...others, observer])
  return () => setObservers((sink.observers ?? []).filter((one) => one !== observer))
}

// Most processes have one or none, which is called without a loop.
function setObservers(observers: readonly RecordObserver[]): void {
  sink.observers = observers
  const [first, second] = observers
  sink.observer = second === undefined ? first : showAll
}

function showAll(scope: InstrumentationScope, record: ObservedRecord): void {
  for (const observe of sink.observers ?? []) observe(scope, record)
}

/** For a sink of its own: shows a record that does not come by `emitRecord`. */
export function showRecord(scope: InstrumentationScope, record: ObservedRecord): void {
  sink.observer?.(scope, record)
}
