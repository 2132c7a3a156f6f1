import { activeContext, spanOf } from '@clew/core'
import type { Context } from '@opentelemetry/api'
import { isUncaught, loggedError } from './logged-error.ts'
import { omitFor } from './omitted-keys.ts'
import { stampInfo } from './stamp.ts'
import { type Info, isLevelEnabled, isPrintedBeyondLevel, LEVEL, type Logger } from './winston-shapes.ts'

/** One call of a logger, from `write` to the record. */
export type LogCall = {
  readonly logger: Logger
  /** What winston goes on with: the entry, or its stamped copy. */
  readonly info: Info
  readonly level: string
  readonly context: Context
  readonly traceId: string | undefined
  readonly timeUnixMs: number
  /** The message before the formats. */
  readonly message: unknown
  readonly error: unknown
  /** A sum of `omitFor`. */
  readonly omit: number
  /** Whether the logger's own level lets it through. */
  readonly isEnabled: boolean
  /** Whether winston has come to format it. */
  formatted: boolean
  /** The next call that waits in the logger's buffer. */
  next: LogCall | undefined
}

/** Takes what must be taken at the moment of the call; `undefined` when nobody will read the entry. */
export function openLogCall(
  logger: Logger,
  info: Info,
  stamp: boolean,
  seenError: Error | undefined,
): LogCall | undefined {
  if (logger.silent) return undefined
  const level = info[LEVEL] ?? (info.level as string)
  const rank = logger.levels[level]
  if (rank === undefined) return undefined
  const isEnabled = isLevelEnabled(logger, rank)
  if (!isEnabled && !isPrintedBeyondLevel(logger, rank)) return undefined
  const context = activeContext()
  const span = spanOf(context)?.spanContext()
  return {
    logger,
    info: stamp ? stampInfo(info, span) : info,
    level,
    context,
    traceId: span?.traceId,
    timeUnixMs: Date.now(),
    message: info.message,
    error: loggedError(info, seenError),
    omit: omitReasons(info),
    isEnabled,
    formatted: false,
    next: undefined,
  }
}

function omitReasons(info: Info): number {
  const reasons = info.timestamp === undefined ? omitFor.timestamp : 0
  return isUncaught(info) ? reasons | omitFor.uncaught : reasons
}
