import fs from 'node:fs'
import { activeContext, spanOf, suppressTracing } from '@clew/core'
import type { Context } from '@opentelemetry/api'
import type { Logger, Transport, Winston } from './winston-shapes.ts'

let lastCaller: Context | undefined
let lastUntraced: Context | undefined

/**
 * In which context a logger's transports take an entry; `undefined` for that of the caller. How an entry is delivered is
 * no part of the request: no span, and no traceparent for the log store. To enter a context for it costs as much as
 * all else that is done for an entry together, so that it is left out where every transport only prints.
 */
export function deliveryContext(logger: Logger, library: Winston): Context | undefined {
  if (printOnly(transportsOf(logger), library)) return undefined
  const caller = activeContext()
  return spanOf(caller) === undefined ? undefined : untracedIn(caller)
}

// The getter `transports` makes two arrays for each single transport.
function transportsOf(logger: Logger): Transport | readonly Transport[] {
  return logger._readableState?.pipes ?? logger.transports
}

// A request often logs more than once, so the last one's context is kept.
function untracedIn(caller: Context): Context {
  if (lastUntraced === undefined || caller !== lastCaller) {
    lastCaller = caller
    lastUntraced = suppressTracing(caller)
  }
  return lastUntraced
}

const known = new WeakMap<Transport, boolean>()

function printOnly(transports: Transport | readonly Transport[], library: Winston): boolean {
  if (!Array.isArray(transports)) return isPrinter(transports as Transport, library)
  for (const transport of transports) if (!isPrinter(transport, library)) return false
  return true
}

function isPrinter(transport: Transport, library: Winston): boolean {
  let prints = known.get(transport)
  if (prints === undefined) {
    prints = onlyPrints(transport, library)
    known.set(transport, prints)
  }
  return prints
}

/** Whether it is one of winston's own that writes to a terminal, a pipe or a file, and nothing else. */
function onlyPrints(transport: Transport, { transports }: Winston): boolean {
  const name = transport.constructor.name as keyof typeof transports
  // The getters of `transports` load their classes: only one that is in use is asked for.
  if (!(name === 'Console' || name === 'File' || name === 'Stream')) return false
  if (transport.constructor !== transports[name] || Object.hasOwn(transport, 'log')) return false
  const { filename, _stream } = transport
  if (name === 'Stream') return isLocal(_stream)
  return name === 'Console' || typeof filename === 'string'
}

function isLocal(stream: unknown): boolean {
  if (typeof stream !== 'object' || stream === null) return false
  // Standard output and error by their numbers: asking process for them would open them.
  const { fd } = stream as { fd?: unknown }
  return fd === 1 || fd === 2 || stream.constructor === fs.WriteStream
}
