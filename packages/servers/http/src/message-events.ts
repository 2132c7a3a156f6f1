import type { EventEmitter } from 'node:events'
import { IncomingMessage } from 'node:http'
import { Server } from 'node:net'
import { activeContext, guard, rootContext, runInContext, type Stop, wrapMethod } from '@clew/core'
import type { Context } from '@opentelemetry/api'

/** A request and its response, of which an emitter is one side. */
export type Exchange = {
  /** Where the listeners of its events run. */
  readonly context: Context
  /** The emitter has emitted `close`. */
  closed(emitter: object): void
  /** It is about to emit this. */
  interrupted?(emitter: object, event: 'aborted' | 'timeout'): void
}

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

/**
 * Runs the listeners of HTTP messages in the context of their exchange, and tells the exchange when one is closed.
 * `upgraded` hears of the sockets that a client gets.
 */
export function keepContextOfMessages(
  prototype: object,
  exchangeOf: (message: object) => Exchange | undefined,
  upgraded?: (socket: unknown, context: Context) => void,
): Stop {
  return wrapEmit(
    prototype,
    (emit) =>
      function (this: EventEmitter, ...args) {
        const exchange = socketEvents.has(args[0]) ? exchangeOf(this) : undefined
        const [event] = args
        // Of a client; the socket of a CONNECT is a way for many requests, to which their agent gives contexts.
        if (event === 'upgrade') upgraded?.(args[2], exchange?.context ?? activeContext())
        if (!exchange) return emit.apply(this, args)
        if (event === 'aborted' || event === 'timeout') interrupt(exchange, this, event)
        if (event !== 'close') return emitIn(exchange.context, emit, this, args)
        try {
          return emitIn(exchange.context, emit, this, args)
        } finally {
          guard('closing an HTTP message', () => exchange.closed(this), undefined)
        }
      },
  )
}

function interrupt(exchange: Exchange, emitter: EventEmitter, event: 'aborted' | 'timeout'): void {
  guard('interrupting an HTTP message', () => exchange.interrupted?.(emitter, event), undefined)
}

/** A request that ends in the handing over of its socket. */
export type Upgrade = {
  /** Where its listeners run. */
  readonly context: Context
  /** The listeners have returned. */
  handedOver(): void
}

/**
 * Gives those server events a context of their own that no request start precedes: on Node 22 they would have that of
 * the request before on the same connection.
 */
export function keepContextOfConnections(
  takeIn: (request: IncomingMessage, socket: unknown) => Upgrade,
): Stop {
  return wrapEmit(
    Server.prototype,
    (emit) =>
      function (this: EventEmitter, ...args) {
        switch (args[0]) {
          case 'upgrade':
          case 'connect':
            return args[1] instanceof IncomingMessage
              ? emitUpgrade(takeIn(args[1], args[2]), emit, this, args)
              : emit.apply(this, args)
          case 'clientError':
          case 'timeout':
            return emitIn(rootContext, emit, this, args)
          default:
            return emit.apply(this, args)
        }
      },
  )
}

function emitUpgrade(
  { context, handedOver }: Upgrade,
  emit: Emit,
  emitter: EventEmitter,
  args: unknown[],
): boolean {
  try {
    return emitIn(context, emit, emitter, args)
  } finally {
    handedOver()
  }
}

export type Emit = (this: EventEmitter, ...args: unknown[]) => boolean

/** `emit` is the one door to every listener, and adding none of ours leaves the application's counts alone. */
export function wrapEmit(prototype: object, wrap: (emit: Emit) => Emit): Stop {
  return wrapMethod('http', prototype as { emit: Emit }, 'emit', wrap)
}

/** Emits, and its listeners run in `context`. */
export function emitIn(context: Context, emit: Emit, emitter: EventEmitter, args: unknown[]): boolean {
  // Most of these events have no listener, and to change the context costs more than to count.
  if (activeContext() === context || emitter.listenerCount(args[0] as string) === 0) {
    return emit.apply(emitter, args)
  }
  return runInContext(context, () => emit.apply(emitter, args))
}
