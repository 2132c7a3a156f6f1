import { emitRecord, type InstrumentationScope, severityOf } from '@clew/core'
import manifest from '@clew/winston/package.json' with { type: 'json' }
import type { LogCall } from './log-call.ts'
import { isError, parseStack } from './logged-error.ts'
import { plainMessage } from './message.ts'
import { omitFor, omittedKeys } from './omitted-keys.ts'
import type { Info } from './winston-shapes.ts'

const scope: InstrumentationScope = { name: '@clew/winston', version: manifest.version }

/** Hands on the record of a call, made of the entry as the logger's formats left it. */
export function sendRecord(call: LogCall, formatted: Info): void {
  const { level, logger, context, timeUnixMs } = call
  const exception = call.error ?? parseStack(formatted.stack)
  const body = plainMessage(formatted, call.message)
  emitRecord({
    scope,
    context,
    timeUnixMs,
    severityNumber: severityOf(level, logger.levels),
    severityText: level,
    body: call.isUncaught ? withoutStack(body, formatted.stack) : body,
    attributes: formatted,
    omit: omittedKeys(repeatedByRecord(call, formatted) | repeatedByException(exception, formatted)),
    exception,
    // Filled in by emitRecord; named here so that all records have one shape.
    eventName: undefined,
    traceId: undefined,
    spanId: undefined,
    traceFlags: undefined,
    contextAttributes: undefined,
  })
}

function repeatedByRecord({ traceId, timestamp, isUncaught }: LogCall, formatted: Info): number {
  let reasons = isUncaught ? omitFor.uncaught : 0
  if (timestamp === undefined || formatted.timestamp !== timestamp) reasons |= omitFor.timestamp
  if (traceId !== undefined && formatted.trace_id === traceId) reasons |= omitFor.stamp
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

// winston's exception handler writes the stack behind the message.
function withoutStack(body: unknown, stack: unknown): unknown {
  if (typeof body !== 'string' || typeof stack !== 'string' || !body.endsWith(`\n${stack}`)) return body
  return body.slice(0, -stack.length - 1)
}
