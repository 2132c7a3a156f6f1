import { types } from 'node:util'
import { type Info, splatKey } from './winston-shapes.ts'

/** What an exception's attributes are made from. */
type ErrorText = { name: string; message: string; stack: string }

export function isError(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null) return false
  // Errors of another realm are not instances of ours; looking at `stack` first spares all others the native call.
  return value instanceof Error || ('stack' in value && types.isNativeError(value))
}

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
