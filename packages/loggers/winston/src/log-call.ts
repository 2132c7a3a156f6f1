import { activeContext, spanContextOf, unixNowMs } from '@clew/core'
import type { Context } from '@opentelemetry/api'
import { isUncaught, loggedError } from './logged-error.ts'
import { stampInfo } from './stamp.ts'
import { type Info, isLevelEnabled, isPrintedBeyondLevel, type Logger, levelKey } from './winston-shapes.ts'

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
  /** The user's own, where the entry had one before the formats. */
  readonly timestamp: unknown
  /** Whether winston made the entry of an uncaught exception or an unhandled rejection. */
  readonly isUncaught: boolean
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
  const level = info[levelKey] ?? (info.level as string)
  const rank = logger.levels[level]
  if (rank === undefined) return undefined
  const isEnabled = isLevelEnabled(logger, rank)
  if (!isEnabled && !isPrintedBeyondLevel(logger, rank)) return undefined
  const context = activeContext()
  const span = spanContextOf(context)
  return {
    logger,
    info: stamp ? stampInfo(info, span) : info,
    level,
    context,
    traceId: span?.traceId,
    timeUnixMs: unixNowMs(),
    message: info.message,
    error: loggedError(info, seenError),
    timestamp: info.timestamp,
    isUncaught: isUncaught(info),
    isEnabled,
    formatted: false,
    next: undefined,
  }
}
