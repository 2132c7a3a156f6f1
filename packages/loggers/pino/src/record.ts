import {
  createRecord,
  emitRecord,
  findPrinted,
  type InstrumentationScope,
  isError,
  type LogRecord,
  parseObject,
  stampKeys,
} from '@clew/core'
import manifest from '@clew/pino/package.json' with { type: 'json' }
import type { Context, SpanContext } from '@opentelemetry/api'
import type { Values } from './entry.ts'

const scope: InstrumentationScope = { name: '@clew/pino', version: manifest.version }

/** What is known of a line beside what it says. */
export type Call = {
  context: Context
  span: SpanContext | undefined
  timeUnixMs: number
  level: { name: string; severity: number }
  messageKey: string
  errorKey: string
  /** Under which the properties of the object stand; null: among the others. */
  nestedKey: string | null
}

/** Hands on the record of a line. `bindings` are the logger's, `values` the call's, which win; `line` is as it was printed. */
export function sendRecord(
  call: Call,
  bindings: Readonly<Values> | undefined,
  values: Values,
  message: unknown,
  line: string,
): void {
  const { context, span, nestedKey, messageKey } = call
  const exception = takeException(values, call.errorKey)
  const own = nestedKey ? { [nestedKey]: values } : values
  const attributes = bindings === undefined ? own : { ...bindings, ...own }
  const record = spare ?? createRecord(scope, printedJson)
  // A getter that is read for this record may log.
  spare = undefined
  record.context = context
  record.timeUnixMs = call.timeUnixMs
  record.severityNumber = call.level.severity
  record.severityText = call.level.name
  record.body = message === undefined && !nestedKey ? values[messageKey] : message
  record.attributes = attributes
  record.omit = omitted(messageKey, span !== undefined && attributes.trace_id === span.traceId)
  record.exception = exception
  lastPrinted = attributes
  lastLine = line
  emitRecord(record, span)
  record.body = record.attributes = record.exception = lastPrinted = undefined
  spare = record
}

/** A sink may not keep a record, so one serves for all. What it holds of the last call is its context. */
let spare: LogRecord | undefined

let lastPrinted: object | undefined
let lastLine: string | Values | undefined

/** What pino has printed for an object with a toJSON. The line is parsed when the record has the first of them. */
function printedJson(attributes: object, path: readonly object[]): unknown {
  if (attributes !== lastPrinted) return undefined
  if (typeof lastLine === 'string') lastLine = parseObject(lastLine)
  return findPrinted(lastLine, attributes, path)
}

/** By the key of messages: the keys that are no attributes, without and with the fields of our stamp. */
const omits = new Map<string, readonly [ReadonlySet<string>, ReadonlySet<string>]>()

function omitted(messageKey: string, isStamped: boolean): ReadonlySet<string> {
  let sets = omits.get(messageKey)
  if (sets === undefined) {
    sets = [new Set([messageKey]), new Set([messageKey, ...stampKeys])]
    omits.set(messageKey, sets)
  }
  return sets[isStamped ? 1 : 0]
}

/** An Error, or what a serializer has made of one, which the record then has in the place of it. */
function takeException(values: Values, errorKey: string): unknown {
  for (const key of [errorKey, 'err', 'error']) {
    const value = values[key]
    if (typeof value !== 'object' || value === null) continue
    if (isError(value)) return value
    const exception = key === 'error' ? undefined : serializedError(value)
    if (exception !== undefined) {
      values[key] = exception
      return exception
    }
  }
  return undefined
}

/** pino puts the class of an error under `type`. */
function serializedError(value: object): object | undefined {
  const { type, ...rest } = value as { type?: unknown; message?: unknown; stack?: unknown }
  if (typeof rest.message !== 'string' || typeof (rest.stack ?? type) !== 'string') return undefined
  return { ...rest, name: type }
}
