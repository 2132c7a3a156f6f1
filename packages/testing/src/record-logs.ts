import { type LogRecord, setRecordSink } from '@clew/core'

/** A log record as it would have been sent. */
export type RecordedLog = {
  scope: string
  severityNumber: number
  severityText: string
  body: unknown
  /** Of an event. */
  eventName: string | undefined
  /** With request fields and job identity; the record's own attributes win. */
  attributes: Record<string, unknown>
  /** 32 and 16 hex digits, `undefined` outside of any trace. */
  traceId: string | undefined
  spanId: string | undefined
  exception: unknown
}

/** The records of this process since it began, in the order of the log calls. */
export type LogRecorder = {
  readonly logs: RecordedLog[]
  clear(): void
  /** Gives the records back to where they went before. */
  stop(): void
}

/** Keeps every record of this process in memory in place of sending it. */
export function recordLogs(): LogRecorder {
  const logs: RecordedLog[] = []
  const stop = setRecordSink((record) => logs.push(copyRecord(record)))
  return { logs, stop, clear: () => logs.splice(0) }
}

function copyRecord(record: LogRecord): RecordedLog {
  const { scope, severityNumber, severityText, body, eventName, omit, exception } = record
  const { traceId, spanId, contextAttributes } = record
  const own = Object.entries(record.attributes ?? {}).filter(([key]) => !omit?.has(key))
  return {
    scope: scope.name,
    severityNumber,
    severityText,
    body,
    eventName,
    attributes: { ...contextAttributes, ...Object.fromEntries(own) },
    traceId,
    spanId,
    exception,
  }
}
