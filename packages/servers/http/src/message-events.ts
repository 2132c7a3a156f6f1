import type { EventEmitter } from 'node:events'
import { activeContext, guard, runInContext, type Stop, wrapMethod } from '@clew/core'
import type { Context } from '@opentelemetry/api'

/** A request and its response, of which an emitter is one side. */
export type Exchange = {
  /** Where the listeners of its events run. */
  readonly context: Context
  /** The emitter has emitted `close`. */
  closed(emitter: object): void
}

export type Emit = (this: EventEmitter, ...args: unknown[]) => boolean

// Events that come from the socket, in whatever context it has. Others stay in the context of their emitter.
const socketEvents: ReadonlySet<unknown> = new Set([
  'data',
  'readable',
  'end',
  'finish',
  'close',
  'error',
  'aborted',
  'drain',
  'timeout',
  // Of a ClientRequest:
  'socket',
  'response',
  'continue',
  'information',
  'upgrade',
  'connect',
  'abort',
])

/** Runs the listeners of HTTP messages in the context of their exchange, and tells the exchange when one is closed. */
export function keepContextOfMessages(
  prototype: object,
  exchangeOf: (message: object) => Exchange | undefined,
): Stop {
  return wrapEmit(
    prototype,
    (emit) =>
      function (this: EventEmitter, ...args) {
        const exchange = socketEvents.has(args[0]) ? exchangeOf(this) : undefined
        if (!exchange) return emit.apply(this, args)
        if (args[0] !== 'close') return emitIn(exchange.context, emit, this, args)
        try {
          return emitIn(exchange.context, emit, this, args)
        } finally {
          guard('closing an HTTP message', () => exchange.closed(this), undefined)
        }
      },
  )
}

/** `emit` is the one door to every listener, and adding none of ours leaves the application's counts alone. */
export function wrapEmit(prototype: object, wrap: (emit: Emit) => Emit): Stop {
  return wrapMethod('http', prototype as { emit: Emit }, 'emit', wrap)
}

export function emitIn(context: Context, emit: Emit, emitter: EventEmitter, args: unknown[]): boolean {
  // Most of these events have no listener, and to change the context costs more than to count.
  if (activeContext() === context || emitter.listenerCount(args[0] as string) === 0) {
    return emit.apply(emitter, args)
  }
  return runInContext(context, () => emit.apply(emitter, args))
}
