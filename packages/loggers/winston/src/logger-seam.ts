import { guard, type Stop, wrapMethod } from '@clew/core'
import { type LogCall, type LogCallOptions, openLogCall } from './log-call.ts'
import { isError } from './logged-error.ts'
import { sendRecord } from './record.ts'
import { createWaitingCalls } from './waiting-calls.ts'
import type { Info, Logger } from './winston-shapes.ts'

const OWNER = '@clew/winston'

/**
 * Attaches to the three methods through which every entry of every logger goes: `write`, at the call; `_transform`,
 * which runs the formats, at once or when a slow transport has made room; and `push`, with the formatted entry.
 */
export function attachToLogger(prototype: Logger, options: LogCallOptions): Stop {
  const waiting = createWaitingCalls()
  let written: LogCall | undefined
  let formatting: LogCall | undefined
  let seenError: Error | undefined

  const write = (original: Logger['write']): Logger['write'] =>
    function (this: Logger, info, encoding, callback) {
      const before = written
      const call = isEntry(info)
        ? guard('winston write', () => openLogCall(this, info, options, seenError), undefined)
        : undefined
      seenError = undefined
      written = call
      try {
        return original.call(this, call === undefined ? info : call.info, encoding, callback)
      } finally {
        written = before
        if (call?.sends && !call.formatted) waiting.add(call)
      }
    }

  const transform = (original: Logger['_transform']): Logger['_transform'] =>
    function (this: Logger, info, encoding, callback) {
      const before = formatting
      const call = written?.logger === this && !written.formatted ? written : waiting.take(this, info)
      if (call !== undefined) call.formatted = true
      formatting = call
      try {
        original.call(this, info, encoding, callback)
      } finally {
        formatting = before
      }
    }

  const push = (original: Logger['push']): Logger['push'] =>
    function (this: Logger, formatted, encoding) {
      const call = formatting
      if (call?.logger === this) {
        formatting = undefined
        if (call.sends && isEntry(formatted))
          guard('winston record', () => sendRecord(call, formatted), undefined)
      }
      return original.call(this, formatted, encoding)
    }

  // A child logger copies the text of an Error into a plain entry: here the Error passes by just before.
  const addDefaultMeta = (original: Logger['_addDefaultMeta']): Logger['_addDefaultMeta'] =>
    function (this: Logger, info) {
      seenError = isError(info) ? info : undefined
      original.call(this, info)
    }

  const stops = [wrapMethod(OWNER, prototype, 'write', write)]
  if (options.send) {
    stops.push(
      wrapMethod(OWNER, prototype, '_transform', transform),
      wrapMethod(OWNER, prototype, 'push', push),
      wrapMethod(OWNER, prototype, '_addDefaultMeta', addDefaultMeta),
    )
  }
  return () => {
    for (const stop of stops) stop()
  }
}

function isEntry(value: unknown): value is Info {
  return typeof value === 'object' && value !== null
}
