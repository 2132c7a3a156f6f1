import { format } from 'node:util'
import manifest from '@clew/console/package.json' with { type: 'json' }
import {
  createRecord,
  emitRecord,
  type InstrumentationScope,
  isError,
  severityOf,
  templateKey,
  templateOf,
  unixNowMs,
} from '@clew/core'
import type { Context } from '@opentelemetry/api'

/** A method of the console that Node publishes. */
export type Method = 'log' | 'info' | 'warn' | 'error' | 'debug'

/** What a call is by its severity. `trace` is the call's place, where it was console.trace(). */
export type Call = { method: Method | 'trace'; severity: number; trace: RegExpExecArray | undefined }

const scope: InstrumentationScope = { name: '@clew/console', version: manifest.version }

// console.trace() calls error() with the stack of an error of this name.
const traced = /^Trace(?:: (.*?))?\n {4}at [\s\S]*$/s

const severities = new Map(
  (['trace', 'debug', 'log', 'info', 'warn', 'error'] as const).map((name) => [name, severityOf(name)]),
)

/** Which method the application has called, and its severity. */
export function severityOfCall(called: Method, args: readonly unknown[]): Call {
  const [only] = args
  const isText = called === 'error' && args.length === 1 && typeof only === 'string'
  const trace = (isText && only.startsWith('Trace') && traced.exec(only)) || undefined
  const method = trace ? 'trace' : called
  return { method, severity: severities.get(method)!, trace }
}

/** Hands on the record of a call: the text that the console prints, without colours, indentation and stacks. */
export function sendRecord(
  context: Context,
  { method, severity, trace }: Call,
  args: readonly unknown[],
): void {
  const record = createRecord(scope)
  record.context = context
  record.timeUnixMs = unixNowMs()
  record.severityNumber = severity
  record.severityText = method
  record.exception = args.find(isError)
  record.body = trace ? (trace[1] ?? '') : format(...textsOf(args))
  const template = isError(args[0]) ? undefined : templateOf(args[0], args.length - 1)
  if (template !== undefined) record.attributes = { [templateKey]: template }
  if (trace) record.attributes = { 'code.stacktrace': trace[0].slice(trace[0].indexOf('\n    at ') + 1) }
  emitRecord(record)
}

// The console formats by a first argument that is a text, and the message of an error there is none.
function textsOf(args: readonly unknown[]): unknown[] {
  const shown = args.map(withoutStack)
  return isError(args[0]) ? ['%s', ...shown] : shown
}

/** The stack of an error is the record's exception.stacktrace. */
function withoutStack(argument: unknown): unknown {
  return isError(argument) ? `${argument.name}: ${argument.message}` : argument
}
