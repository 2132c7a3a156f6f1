import { types } from 'node:util'
import { activeContext, isError, rootContext, spanContextOf, traceFlagsText, unixNowMs } from '@clew/core'
import type { Context, SpanContext } from '@opentelemetry/api'
import { eventKey, type Info, type Logger, levelKey, splatKey } from './winston-shapes.ts'

/** One call of a logger, from `write` to the record. */
export type LogCall = {
  logger: Logger
  /** What winston goes on with: the entry, or its stamped copy. */
  info: Info
  level: string
  context: Context
  /** Of the span of `context`. */
  span: SpanContext | undefined
  timeUnixMs: number
  /** The message before the formats. */
  message: unknown
  error: unknown
  eventName: string | undefined
  /** The user's own, where the entry had one before the formats. */
  timestamp: unknown
  /** Whether winston made the entry of an uncaught exception or an unhandled rejection. */
  isUncaught: boolean
  /** Whether the logger's own level lets it through. */
  isEnabled: boolean
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
  seenMeta?: unknown,
): LogCall | undefined {
  if (logger.silent) return undefined
  const level = info[levelKey] ?? (info.level as string)
  const rank = logger.levels[level]
  if (rank === undefined) return undefined
  const isEnabled = isLevelEnabled(logger, rank)
  if (!isEnabled && !isPrintedBeyondLevel(logger, rank)) return undefined
  const context = activeContext()
  const span = spanContextOf(context)
  // What the copy has read is not read from the user's object again.
  const entry = stamp ? stampInfo(info, span, isMadeOf(seenMeta, info)) : info
  const error = loggedError(entry, seenError)
  const { message, timestamp } = entry
  const uncaught = isUncaught(entry)
  // Nothing of the user's runs from here on, so that nobody else takes the spare one.
  const call = spare ?? createLogCall(logger, entry)
  spare = undefined
  call.logger = logger
  call.info = entry
  call.level = level
  call.context = context
  call.span = span
  call.timeUnixMs = unixNowMs()
  call.message = message
  call.error = error === entry ? info : error
  call.eventName = entry[eventKey]
  call.timestamp = timestamp
  call.isUncaught = uncaught
  call.isEnabled = isEnabled
  call.formatted = false
  return call
}

let spare: LogCall | undefined

function createLogCall(logger: Logger, info: Info): LogCall {
  return {
    logger,
    info,
    level: '',
    context: rootContext,
    span: undefined,
    timeUnixMs: 0,
    message: undefined,
    error: undefined,
    eventName: undefined,
    timestamp: undefined,
    isUncaught: false,
    isEnabled: false,
    formatted: false,
    next: undefined,
  }
}

const nothing: Info = {}

/** Takes back a call that nobody looks at any more: most are over when `write` returns, so one serves for all. */
export function closeLogCall(call: LogCall): void {
  call.info = nothing
  call.message = call.error = call.timestamp = undefined
  spare = call
}

/** The rule of winston's transports: an unknown level is never enabled, and without a threshold every level is. */
export function isLevelEnabled({ level, levels }: Pick<Logger, 'level' | 'levels'>, rank: number): boolean {
  return level ? levels[level]! >= rank : true
}

/** Whether a transport prints what the logger's own level would not. */
function isPrintedBeyondLevel({ levels, transports }: Logger, rank: number): boolean {
  for (const transport of transports) {
    const level = transport.level || transport.parent?.level
    if (level && levels[level]! >= rank) return true
  }
  return false
}

/**
 * A copy of `info` with the three fields; `info` itself without a span, or when it has ids already. winston often hands
 * on the very object that the user logged, so nothing is written on `info` but where winston has made it for this call.
 * The copy of an Error is an Error of its class.
 */
export function stampInfo(info: Info, span: SpanContext | undefined, isWinstons = false): Info {
  if (span === undefined || info.trace_id !== undefined || info.span_id !== undefined) return info
  const copy = isWinstons ? info : copyOf(info)
  if (copy === undefined) return info
  copy.trace_id = span.traceId
  copy.span_id = span.spanId
  copy.trace_flags = traceFlagsText(span)
  return copy
}

/** Whether the entry is the one that winston's `log` has made of this argument: nobody else has it yet. */
function isMadeOf(meta: unknown, { [splatKey]: splat }: Info): boolean {
  return typeof meta === 'object' && meta !== null && Array.isArray(splat) && splat[0] === meta
}

/** `undefined` for what no copy can stand for: a getter throws, or the message comes from a private field. */
function copyOf(original: Info): Info | undefined {
  try {
    const prototype = Object.getPrototypeOf(original)
    if (prototype === Object.prototype) return Object.assign({}, original)
    if (types.isNativeError(original)) return copyOfError(original, prototype)
    const copy = Object.create(prototype, Object.getOwnPropertyDescriptors(original))
    return copy.message === original.message ? copy : undefined
  } catch {
    return undefined
  }
}

function copyOfError(original: Error, prototype: object): Info {
  const properties = Object.getOwnPropertyDescriptors(original)
  // Made by Error, so that it is one for util.types.isNativeError and util.inspect too.
  const copy = Object.setPrototypeOf(new Error(), prototype)
  // Where `stack` is an accessor it answers for the object it is read from, so the text is copied.
  const stack = { value: original.stack, writable: true, enumerable: false, configurable: true }
  return Object.defineProperties(copy, { ...properties, stack })
}

/** What an exception's attributes are made from. */
type ErrorText = { name: string; message: string; stack: string }

/**
 * What was thrown, wherever the log call carried it: the entry itself, an argument, the message, `err` or `error`;
 * in the entries of winston's own exception and rejection handlers `error`, which may be any value. `seen` is the
 * error that was last given to a logger, whose text a child logger has copied into a plain entry.
 */
export function loggedError(info: Info, seen: Error | undefined): unknown {
  if (isError(info)) return info
  if (isUncaught(info)) return info.error
  const splat = info[splatKey]
  if (Array.isArray(splat)) for (const argument of splat) if (isError(argument)) return argument
  const { message, err, error } = info
  if (isError(message)) return message
  if (isError(err)) return err
  if (isError(error)) return error
  return seen !== undefined && info.stack === seen.stack ? seen : undefined
}

/** Whether winston made this entry of an uncaught exception or an unhandled rejection. */
export function isUncaught(info: Info): boolean {
  return (info.exception === true || info.rejection === true) && 'trace' in info
}

const frame = /\n\s+at /
const header = /^([A-Za-z_$][\w$.]*)(?:: (.*))?$/s

/** Reads the text of an error's stack, as in `logger.error({ message, stack: error.stack })`. */
export function parseStack(stack: unknown): ErrorText | undefined {
  if (typeof stack !== 'string') return undefined
  const end = stack.search(frame)
  const parts = end > 0 ? header.exec(stack.slice(0, end)) : null
  return parts ? { name: parts[1]!, message: parts[2] ?? '', stack } : undefined
}
