import { activeContext, spanOf } from '@clew/core'
import type { Context } from '@opentelemetry/api'
import { isUncaught, loggedError } from './logged-error.ts'
import { omitFor } from './omitted-keys.ts'
import { stampedCopy, stampOf } from './stamp.ts'
import { type Info, isLevelEnabled, isPrintedBeyondLevel, LEVEL, type Logger } from './winston-shapes.ts'

/** One call of a logger, from `write` to the record. */
export type LogCall = {
  readonly logger: Logger
  /** What winston goes on with: the entry, or its stamped copy. */
  readonly info: Info
  readonly level: string
  readonly context: Context
  readonly timeUnixMs: number
  /** The message before the formats. */
  readonly message: unknown
  readonly error: unknown
  /** A sum of `omitFor`. */
  readonly omit: number
  /** Whether a record is to be sent; else the call is only stamped. */
  readonly sends: boolean
  /** Whether winston has come to format it. */
  formatted: boolean
  /** The next call that waits in the logger's buffer. */
  next: LogCall | undefined
}

export type LogCallOptions = { stamp: boolean; send: boolean }

/** Takes what must be taken at the moment of the call; `undefined` when nobody will read the entry. */
export function openLogCall(
  logger: Logger,
  info: Info,
  options: LogCallOptions,
  seenError: Error | undefined,
): LogCall | undefined {
  if (logger.silent) return undefined
  const level = info[LEVEL] ?? (info.level as string)
  const rank = logger.levels[level]
  if (rank === undefined) return undefined
  const isEnabled = isLevelEnabled(logger, rank)
  if (!isEnabled && !isPrintedBeyondLevel(logger, rank)) return undefined
  const context = activeContext()
  const stamped = options.stamp ? stampInfo(info, context) : info
  return {
    logger,
    info: stamped,
    level,
    context,
    timeUnixMs: Date.now(),
    message: info.message,
    error: loggedError(info, seenError),
    omit: omitReasons(info, stamped),
    sends: options.send && isEnabled,
    formatted: false,
    next: undefined,
  }
}

/** A stamped copy; the entry itself without a span, and when the user has set a trace id. */
function stampInfo(info: Info, context: Context): Info {
  const span = spanOf(context)
  if (span === undefined || info.trace_id !== undefined) return info
  const stamp = stampOf(span.spanContext())
  return stamp === undefined ? info : stampedCopy(info, stamp)
}

function omitReasons(info: Info, stamped: Info): number {
  let reasons = info.timestamp === undefined ? omitFor.timestamp : 0
  if (stamped !== info) reasons |= omitFor.stamp
  if (isUncaught(info)) reasons |= omitFor.uncaught
  return reasons
}
