import { emitRecord, type InstrumentationScope, severityOf } from '@clew/core'
import type { LogCall } from './log-call.ts'
import { isError, parseStack } from './logged-error.ts'
import { plainMessage } from './message.ts'
import { omitFor, omittedKeys } from './omitted-keys.ts'
import { VERSION } from './version.ts'
import type { Info } from './winston-shapes.ts'

const scope: InstrumentationScope = { name: '@clew/winston', version: VERSION }

/** Hands on the record of a call, made of the entry as the logger's formats left it. */
export function sendRecord(call: LogCall, formatted: Info): void {
  const { level, logger, message, context, timeUnixMs } = call
  const exception = call.error ?? parseStack(formatted.stack)
  const omit = call.omit | repeatedByTrace(call, formatted) | repeatedByException(exception, formatted)
  const body = plainMessage(formatted, message)
  emitRecord({
    scope,
    context,
    timeUnixMs,
    severityNumber: severityOf(level, logger.levels),
    severityText: level,
    body: omit & omitFor.uncaught ? withoutStack(body, formatted.stack) : body,
    attributes: formatted,
    omit: omittedKeys(omit),
    exception,
  })
}

function repeatedByTrace({ traceId }: LogCall, { trace_id }: Info): number {
  return traceId !== undefined && traceId === trace_id ? omitFor.stamp : 0
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
