import {
  createRecord,
  emitRecord,
  type InstrumentationScope,
  isError,
  type LogRecord,
  severityOf,
  stampKeys,
  templateKey,
  templateOf,
} from '@clew/core'
import manifest from '@clew/winston/package.json' with { type: 'json' }
import { type LogCall, parseStack } from './log-call.ts'
import { printedJson } from './printed-json.ts'
import { type Info, messageKey, splatKey } from './winston-shapes.ts'

const scope: InstrumentationScope = { name: '@clew/winston', version: manifest.version }

/** Hands on the record of a call, made of the entry as the logger's formats left it, from this severity on. */
export function sendRecord(call: LogCall, formatted: Info, leastSeverity = 0): void {
  const { level, logger, context, span, timeUnixMs } = call
  const severityNumber = severityOf(level, logger.levels)
  if (severityNumber < leastSeverity) return
  const exception = call.error ?? parseStack(formatted.stack)
  const body = plainMessage(formatted, call.message)
  const record = spare ?? createRecord(scope, printedJson)
  // A getter that is read for this record may log.
  spare = undefined
  record.context = context
  record.timeUnixMs = timeUnixMs
  record.severityNumber = severityNumber
  record.severityText = level
  record.body = call.isUncaught ? withoutStack(body, formatted.stack) : body
  record.attributes = withTemplate(formatted, call.message, body)
  record.omit = omittedKeys(repeatedByRecord(call, formatted) | repeatedByException(exception, formatted))
  record.exception = exception
  record.eventName = call.eventName
  emitRecord(record, span)
  record.body = record.attributes = record.exception = undefined
  spare = record
}

/** A sink may not keep a record, so one serves for all. What it holds of the last call is its context. */
let spare: LogRecord | undefined

/** With the text that splat() has put values into, where that is wanted. What the logger has made is not written to. */
function withTemplate(formatted: Info, raw: unknown, body: unknown): Info {
  const splat = formatted[splatKey]
  if (!Array.isArray(splat) || raw === body) return formatted
  const template = templateOf(raw, splat.length)
  return template === undefined ? formatted : { ...formatted, [templateKey]: template }
}

const colour = '\u001b['
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters.
const colours = /\u001b\[[\d;]*m/g

/**
 * The message as it was meant, without the colours of colorize() and the padding of cli() and padLevels().
 * `raw` is the message before the formats.
 */
export function plainMessage(formatted: Info, raw: unknown): unknown {
  const { message } = formatted
  if (message === undefined) return takenMessage(formatted, raw)
  if (typeof message !== 'string') return isError(message) ? message.message : message
  const text = message.includes(colour) ? message.replace(colours, '') : message
  return text[0] === ' ' && typeof raw === 'string' && raw[0] !== ' ' ? text.trimStart() : text
}

// Formats such as logstash() move the message into the printed line. What the line does not show, a format may have
// taken away on purpose.
function takenMessage(formatted: Info, raw: unknown): unknown {
  const line = formatted[messageKey]
  if (typeof raw !== 'string' || typeof line !== 'string') return undefined
  return line.includes(raw) || line.includes(JSON.stringify(raw).slice(1, -1)) ? raw : undefined
}

// winston's exception handler writes the stack behind the message.
function withoutStack(body: unknown, stack: unknown): unknown {
  if (typeof body !== 'string' || typeof stack !== 'string' || !body.endsWith(`\n${stack}`)) return body
  return body.slice(0, -stack.length - 1)
}

/** Reasons for which keys of an entry are not attributes of its record; a set of them is a sum. */
const omitFor = {
  /** The record's own trace context says it. */
  stamp: 1,
  /** Set by the timestamp() format; the record has its own time. */
  timestamp: 2,
  /** The exception of the record says it. */
  stack: 4,
  cause: 8,
  name: 16,
  /** What winston's exception handler repeats of the error. */
  uncaught: 32,
} as const

const keysFor: Record<keyof typeof omitFor, readonly string[]> = {
  stamp: stampKeys,
  timestamp: ['timestamp'],
  stack: ['stack'],
  cause: ['cause'],
  name: ['name'],
  uncaught: ['error', 'stack', 'trace', 'date', 'exception', 'rejection'],
}

const sets: ReadonlySet<string>[] = []

function repeatedByRecord({ span, timestamp, isUncaught }: LogCall, formatted: Info): number {
  let reasons = isUncaught ? omitFor.uncaught : 0
  if (timestamp === undefined || formatted.timestamp !== timestamp) reasons |= omitFor.timestamp
  if (span !== undefined && formatted.trace_id === span.traceId) reasons |= omitFor.stamp
  return reasons
}

/** What winston and its formats have copied from the error into the entry. */
function repeatedByException(exception: unknown, { stack, cause, name }: Info): number {
  if (typeof exception !== 'object' || exception === null) return 0
  const error = exception as Partial<Error>
  let reasons = 0
  if (stack !== undefined && stack === error.stack) reasons |= omitFor.stack
  if (cause === error.cause) reasons |= omitFor.cause
  if (name !== undefined && name === error.name && isError(exception)) reasons |= omitFor.name
  return reasons
}

/** The keys to omit for a sum of reasons. */
function omittedKeys(reasons: number): ReadonlySet<string> {
  sets[reasons] ??= new Set(['level', 'message', ...keysOf(reasons)])
  return sets[reasons]
}

function keysOf(reasons: number): string[] {
  return Object.entries(omitFor).flatMap(([reason, bit]) =>
    reasons & bit ? keysFor[reason as keyof typeof omitFor] : [],
  )
}
