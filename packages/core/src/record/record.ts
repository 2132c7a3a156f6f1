import type { Context, TraceState } from '@opentelemetry/api'
import { type Fields, rootContext } from '../context/request-context.ts'

/** The instrumentation scope of a record. Make one and keep it: sinks batch by identity. */
export type InstrumentationScope = { readonly name: string; readonly version: string }

/** One log record, as a logger hands it over. Values may be of any kind; the sink copies what it needs at once. */
export type LogRecord = {
  scope: InstrumentationScope
  /** The context in which the log call was made. */
  context: Context
  /** Unix milliseconds. */
  timeUnixMs: number
  /** OpenTelemetry severity, 1 (TRACE) to 24 (FATAL4). */
  severityNumber: number
  /** The level's name as the logger calls it. */
  severityText: string
  body: unknown
  eventName?: string | undefined
  /** Own enumerable keys are attributes, but for those in `omit`. Not written to. */
  attributes?: object | undefined
  omit?: ReadonlySet<string> | undefined
  /** An Error, or whatever was thrown. */
  exception?: unknown
  /**
   * What the toJSON of an object gave when the logger printed it, so that it is not called once more. `path` leads from
   * a value of `attributes` to the object. Undefined where that is not known: then toJSON is called.
   */
  printedJson?: ((attributes: object, path: readonly object[]) => unknown) | undefined
  /** Of the span of `context`: 32 and 16 hex digits, and its flags. `emitRecord` fills them in. */
  traceId?: string | undefined
  spanId?: string | undefined
  traceFlags?: number | undefined
  traceState?: TraceState | undefined
  /** Request fields and job identity of `context`; `attributes` win. `emitRecord` fills them in. */
  contextAttributes?: Fields | undefined
}

/** An empty record with all its fields, so that the records of all loggers have one shape. A logger fills it anew for each call. */
export function createRecord(scope: InstrumentationScope, printedJson?: LogRecord['printedJson']): LogRecord {
  return {
    scope,
    context: rootContext,
    timeUnixMs: 0,
    severityNumber: 0,
    severityText: '',
    body: undefined,
    attributes: undefined,
    omit: undefined,
    exception: undefined,
    printedJson,
    eventName: undefined,
    traceId: undefined,
    spanId: undefined,
    traceFlags: undefined,
    traceState: undefined,
    contextAttributes: undefined,
  }
}
