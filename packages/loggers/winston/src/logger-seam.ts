import { isError, reportThrown, runInContext, type Stop, setPrinting, stopAll, wrapMethod } from '@clew/core'
import type { Context } from '@opentelemetry/api'
import { deliveryContext } from './delivery.ts'
import { closeLogCall, type LogCall, openLogCall } from './log-call.ts'
import { sendRecord } from './record.ts'
import { createWaitingCalls, type WaitingCalls } from './waiting-calls.ts'
import type { Info, Logger, Winston } from './winston-shapes.ts'

/** What is done with the calls of the loggers that are attached to, and which of them winston is at work on. */
export type LoggerSeam = {
  /** Put the trace fields on each entry. */
  stamps: boolean
  /** Send each entry as a record. */
  sends: boolean
  /** The mildest severity that is sent. */
  leastSeverity: number
  /** Keep the calls, for the formats and transports of library mode. */
  keeps: boolean
  readonly attached: WeakSet<Logger>
  /** The Error that a logger was given last. */
  seenError: Error | undefined
  /** What a logger's `log` was given last after the message: of that winston makes an entry of its own. */
  seenMeta: unknown
  /** The call that is being written. */
  written: LogCall | undefined
  readonly waiting: WaitingCalls
  /** The call whose formats run. */
  formatting: LogCall | undefined
  /** Calls by their formatted entries, while `keeps`. */
  readonly kept: WeakMap<object, LogCall>
}

export function createLoggerSeam(): LoggerSeam {
  return {
    stamps: false,
    sends: false,
    leastSeverity: 0,
    keeps: false,
    attached: new WeakSet(),
    seenError: undefined,
    seenMeta: undefined,
    written: undefined,
    waiting: createWaitingCalls(),
    formatting: undefined,
    kept: new WeakMap(),
  }
}

/** Of this process: `ClewTransport` and the instrumentation attach to the same prototypes. */
export const loggerSeam: LoggerSeam = createLoggerSeam()

/**
 * Attaches to the three methods through which every entry of every logger goes: `write`, at the call; `_transform`,
 * which runs the formats, at once or when a slow transport has made room; and `push`, with the formatted entry.
 */
export function attachToLogger(seam: LoggerSeam, library: Winston): Stop {
  const prototype = loggerPrototype(library.exceptions.logger)
  const owner = '@clew/winston'
  const stops = [
    wrapMethod(owner, prototype, 'log', (log) => wrapLog(seam, log)),
    wrapMethod(owner, prototype, 'write', (write) => wrapWrite(seam, write)),
    wrapMethod(owner, prototype, '_transform', (transform) => wrapTransform(seam, transform)),
    wrapMethod(owner, prototype, 'push', (push) => wrapPush(seam, library, push)),
    wrapMethod(owner, prototype, '_addDefaultMeta', (addDefaultMeta) =>
      wrapAddDefaultMeta(seam, addDefaultMeta),
    ),
  ]
  seam.attached.add(prototype)
  return () => {
    if (seam.keeps) return
    seam.attached.delete(prototype)
    seam.waiting.clear()
    stopAll(stops)
  }
}

export function isAttached({ attached }: LoggerSeam, logger: Logger): boolean {
  for (let object = logger; object; object = Object.getPrototypeOf(object))
    if (attached.has(object)) return true
  return false
}

/** The prototype of winston's Logger, of which every logger is. winston exports the class only since 3.9. */
function loggerPrototype(logger: Logger): Logger {
  let prototype = logger
  while (!Object.hasOwn(prototype, '_transform')) prototype = Object.getPrototypeOf(prototype)
  return prototype
}

// A child logger copies the text of an Error into a plain entry: here the Error passes by just before.
function wrapAddDefaultMeta(
  seam: LoggerSeam,
  original: Logger['_addDefaultMeta'],
): Logger['_addDefaultMeta'] {
  return function (this: Logger, info) {
    seam.seenError = isError(info) ? info : undefined
    original.call(this, info)
  }
}

function wrapLog(seam: LoggerSeam, original: Logger['log']): Logger['log'] {
  // Rest parameters would make an array at each call: a twentieth of all that is done for an entry.
  return function (this: Logger) {
    // biome-ignore lint/complexity/noArguments: winston looks at how many arguments there are
    const args = arguments as unknown as Parameters<Logger['log']>
    seam.seenMeta = args[2]
    return original.apply(this, args)
  }
}

function wrapWrite(seam: LoggerSeam, original: Logger['write']): Logger['write'] {
  return function (this: Logger, info, encoding, callback) {
    const before = seam.written
    const call = openCall(seam, this, info)
    seam.written = call
    try {
      return original.call(this, call === undefined ? info : call.info, encoding, callback)
    } finally {
      seam.written = before
      if (call !== undefined) {
        if (!call.formatted) seam.waiting.add(call)
        else if (!seam.keeps) closeLogCall(call)
      }
    }
  }
}

function wrapTransform(seam: LoggerSeam, original: Logger['_transform']): Logger['_transform'] {
  return function (this: Logger, info, encoding, callback) {
    const { formatting: before, written } = seam
    const isWritten = written?.logger === this && !written.formatted
    const call = isWritten ? written : seam.waiting.take(this, info)
    if (call !== undefined) call.formatted = true
    seam.formatting = call
    try {
      original.call(this, info, encoding, callback)
    } finally {
      seam.formatting = before
    }
  }
}

function wrapPush(seam: LoggerSeam, library: Winston, original: Logger['push']): Logger['push'] {
  return function (this: Logger, formatted, encoding) {
    const call = seam.formatting
    if (call?.logger === this) {
      seam.formatting = undefined
      if (isEntry(formatted)) handOver(seam, call, formatted)
    }
    // The transports take the entry in here, or in what is begun here.
    const context = deliveryContext(this, library)
    const before = setPrinting(seam.sends)
    try {
      if (context === undefined) return original.call(this, formatted, encoding)
      return pushIn(context, original, this, formatted, encoding)
    } finally {
      setPrinting(before)
    }
  }
}

// A function of its own, as what a closure takes in is allocated at each call of the function that it stands in.
function pushIn(
  context: Context,
  push: Logger['push'],
  logger: Logger,
  formatted: unknown,
  encoding: string | undefined,
): boolean {
  return runInContext(context, () => push.call(logger, formatted, encoding))
}

// No guard() here: its closure costs a tenth of all that is done per entry.
function openCall(seam: LoggerSeam, logger: Logger, info: unknown): LogCall | undefined {
  if (!isEntry(info) || !(seam.stamps || seam.sends || seam.keeps)) return undefined
  const { seenError, seenMeta } = seam
  seam.seenError = seam.seenMeta = undefined
  try {
    return openLogCall(logger, info, seam.stamps, seenError, seenMeta)
  } catch (error) {
    reportThrown('winston write', error)
    return undefined
  }
}

function handOver(seam: LoggerSeam, call: LogCall, formatted: Info): void {
  try {
    if (seam.keeps) seam.kept.set(formatted, call)
    if (seam.sends && call.isEnabled) sendRecord(call, formatted, seam.leastSeverity)
  } catch (error) {
    reportThrown('winston record', error)
  }
}

function isEntry(value: unknown): value is Info {
  return typeof value === 'object' && value !== null
}
