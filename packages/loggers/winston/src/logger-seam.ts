import { guard, type Stop, wrapMethod } from '@clew/core'
import { type LogCall, openLogCall } from './log-call.ts'
import { isError } from './logged-error.ts'
import { sendRecord } from './record.ts'
import { createWaitingCalls } from './waiting-calls.ts'
import type { Info, Logger } from './winston-shapes.ts'

const owner = '@clew/winston'

/** What is done with the calls of the loggers that are attached to. */
export const seam = {
  /** Put the trace fields on each entry. */
  stamps: false,
  /** Send each entry as a record. */
  sends: false,
  /** Keep the calls for `callOf` and `callInFormat`. */
  keeps: false,
}

const attached = new WeakSet<Logger>()
let waiting = createWaitingCalls()
const kept = new WeakMap<object, LogCall>()
let written: LogCall | undefined
let formatting: LogCall | undefined
let seenError: Error | undefined

/** The call of a formatted entry, while `seam.keeps`. */
export function callOf(formatted: object): LogCall | undefined {
  return kept.get(formatted)
}

/** The call whose formats run now. */
export function callInFormat(): LogCall | undefined {
  return formatting
}

/**
 * Attaches to the three methods through which every entry of every logger goes: `write`, at the call; `_transform`,
 * which runs the formats, at once or when a slow transport has made room; and `push`, with the formatted entry.
 */
export function attachToLogger(prototype: Logger): Stop {
  const stops = [
    wrapMethod(owner, prototype, 'write', wrapWrite),
    wrapMethod(owner, prototype, '_transform', wrapTransform),
    wrapMethod(owner, prototype, 'push', wrapPush),
    wrapMethod(owner, prototype, '_addDefaultMeta', wrapAddDefaultMeta),
  ]
  attached.add(prototype)
  return () => {
    if (seam.keeps) return
    attached.delete(prototype)
    waiting = createWaitingCalls()
    for (const stop of stops) stop()
  }
}

export function isAttached(logger: Logger): boolean {
  for (let object = logger; object; object = Object.getPrototypeOf(object))
    if (attached.has(object)) return true
  return false
}

/** The prototype of winston's Logger, of which every logger is. winston exports the class only since 3.9. */
export function loggerPrototype(logger: Logger): Logger {
  let prototype = logger
  while (!Object.hasOwn(prototype, '_transform')) prototype = Object.getPrototypeOf(prototype)
  return prototype
}

function wrapWrite(original: Logger['write']): Logger['write'] {
  return function (this: Logger, info, encoding, callback) {
    const before = written
    const call = openCall(this, info)
    written = call
    try {
      return original.call(this, call === undefined ? info : call.info, encoding, callback)
    } finally {
      written = before
      if (call !== undefined && !call.formatted) waiting.add(call)
    }
  }
}

function wrapTransform(original: Logger['_transform']): Logger['_transform'] {
  return function (this: Logger, info, encoding, callback) {
    const before = formatting
    const isWritten = written?.logger === this && !written.formatted
    const call = isWritten ? written : waiting.take(this, info)
    if (call !== undefined) call.formatted = true
    formatting = call
    try {
      original.call(this, info, encoding, callback)
    } finally {
      formatting = before
    }
  }
}

function wrapPush(original: Logger['push']): Logger['push'] {
  return function (this: Logger, formatted, encoding) {
    const call = formatting
    if (call?.logger === this) {
      formatting = undefined
      if (isEntry(formatted)) handOver(call, formatted)
    }
    return original.call(this, formatted, encoding)
  }
}

// A child logger copies the text of an Error into a plain entry: here the Error passes by just before.
function wrapAddDefaultMeta(original: Logger['_addDefaultMeta']): Logger['_addDefaultMeta'] {
  return function (this: Logger, info) {
    seenError = isError(info) ? info : undefined
    original.call(this, info)
  }
}

function openCall(logger: Logger, info: unknown): LogCall | undefined {
  if (!isEntry(info) || !(seam.stamps || seam.sends || seam.keeps)) return undefined
  const error = seenError
  seenError = undefined
  try {
    return openLogCall(logger, info, seam.stamps, error)
  } catch (problem) {
    return rethrowGuarded('winston write', problem)
  }
}

function handOver(call: LogCall, formatted: Info): void {
  try {
    if (seam.keeps) kept.set(formatted, call)
    if (seam.sends && call.isEnabled) sendRecord(call, formatted)
  } catch (problem) {
    rethrowGuarded('winston record', problem)
  }
}

// guard() takes a closure, which costs a tenth of all that is done here per entry; so it is entered on failure only.
function rethrowGuarded(place: string, problem: unknown): undefined {
  return guard(
    place,
    () => {
      throw problem
    },
    undefined,
  )
}

function isEntry(value: unknown): value is Info {
  return typeof value === 'object' && value !== null
}
