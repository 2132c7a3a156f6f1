import type { EventEmitter } from 'node:events'
import { IncomingMessage } from 'node:http'
import { Server } from 'node:net'
import {
  activeContext,
  guard,
  reportThrown,
  rootContext,
  runInContext,
  type Stop,
  wrapMethod,
} from '@clew/core'
import type { Context } from '@opentelemetry/api'

/** A request and its response, of which an emitter is one side. */
export type Exchange = {
  /** Where the listeners of its events run. */
  readonly context: Context
  /** The emitter has emitted `close`. */
  closed(emitter: object): void
  /** A stream of an HTTP/2 client is about to emit the headers of its answer. */
  answered?(headers: unknown): void
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
  // Of HTTP/2:
  'headers',
  'trailers',
  'wantTrailers',
  // Of a ClientRequest, and of a client's stream of HTTP/2:
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
      // The rest goes on by spreading alone, which makes no array of it.
      function (this: EventEmitter, event, ...rest) {
        const exchange = socketEvents.has(event) ? exchangeOf(this) : undefined
        // Of a client; the socket of a CONNECT is a way for many requests, to which their agent gives contexts.
        if (event === 'upgrade') upgraded?.(rest[1], exchange?.context ?? activeContext())
        if (exchange === undefined) return emit.call(this, event, ...rest)
        if (event === 'aborted' || event === 'timeout') interrupt(exchange, this, event)
        if (event === 'response') answer(exchange, rest[0])
        return event === 'close'
          ? emitClose(exchange, emit, this, event, ...rest)
          : emitIn(exchange.context, emit, this, event, ...rest)
      },
  )
}

function emitClose(
  exchange: Exchange,
  emit: Emit,
  emitter: EventEmitter,
  event: unknown,
  ...rest: unknown[]
): boolean {
  try {
    return emitIn(exchange.context, emit, emitter, event, ...rest)
  } finally {
    try {
      exchange.closed(emitter)
    } catch (error) {
      reportThrown('closing an HTTP message', error)
    }
  }
}

function answer(exchange: Exchange, headers: unknown): void {
  guard('taking the answer to an HTTP/2 request', () => exchange.answered?.(headers), undefined)
}

function interrupt(exchange: Exchange, emitter: EventEmitter, event: 'aborted' | 'timeout'): void {
  guard('interrupting an HTTP message', () => exchange.interrupted?.(emitter, event), undefined)
}

/** A request that ends in the handing over of its socket, or may. */
export type Upgrade = {
  /** Where its listeners run. */
  readonly context: Context
  /** The listeners have returned. */
  handedOver(): void
}

/** What a server of node:http2 tells. */
export type Streams = {
  /** By the arguments of its event, of a stream that it begins to answer. */
  begun(server: object, args: readonly unknown[]): Upgrade
  /** A stream is shown as this message, as node:http has them. */
  asked(stream: object, message: object): void
}

/**
 * Gives those server events a context of their own that no request start precedes: on Node 22 they would have that of
 * the request before on the same connection.
 */
export function keepContextOfConnections(
  takeIn: (request: IncomingMessage, socket: unknown) => Upgrade,
  streams: Streams,
): Stop {
  return wrapEmit(
    Server.prototype,
    (emit) =>
      function (this: EventEmitter, event, ...rest) {
        switch (event) {
          case 'upgrade':
          case 'connect':
            return rest[0] instanceof IncomingMessage
              ? emitUpgrade(takeIn(rest[0], rest[1]), emit, this, event, ...rest)
              : emit.call(this, event, ...rest)
          case 'stream':
            return isStream(rest[0])
              ? emitUpgrade(streams.begun(this, rest), emit, this, event, ...rest)
              : emit.call(this, event, ...rest)
          case 'request':
          case 'checkContinue':
          case 'checkExpectation':
            askedBy(rest[0], streams)
            return emit.call(this, event, ...rest)
          case 'clientError':
          case 'timeout':
            return emitIn(rootContext, emit, this, event, ...rest)
          default:
            return emit.call(this, event, ...rest)
        }
      },
  )
}

function isStream(value: unknown): value is object {
  return typeof (value as { respondWithFile?: unknown } | undefined)?.respondWithFile === 'function'
}

function askedBy(message: unknown, streams: Streams): void {
  const stream = (message as { stream?: unknown } | undefined)?.stream
  if (isStream(stream))
    guard('taking in an HTTP/2 request', () => streams.asked(stream, message as object), undefined)
}

function emitUpgrade(
  upgrade: Upgrade,
  emit: Emit,
  emitter: EventEmitter,
  event: unknown,
  ...rest: unknown[]
): boolean {
  try {
    return emitIn(upgrade.context, emit, emitter, event, ...rest)
  } finally {
    guard('handing over an HTTP request', () => upgrade.handedOver(), undefined)
  }
}

export type Emit = (this: EventEmitter, event: unknown, ...rest: unknown[]) => boolean

/** `emit` is the one door to every listener, and adding none of ours leaves the application's counts alone. */
export function wrapEmit(prototype: object, wrap: (emit: Emit) => Emit): Stop {
  return wrapMethod('http', prototype as { emit: Emit }, 'emit', wrap)
}

/** Emits, and its listeners run in `context`. */
export function emitIn(
  context: Context,
  emit: Emit,
  emitter: EventEmitter,
  event: unknown,
  ...rest: unknown[]
): boolean {
  // Most of these events have no listener of the application, and to change the context costs more than to count.
  return activeContext() === context || !isListenedTo(emitter, event as string)
    ? emit.call(emitter, event, ...rest)
    : changeAndEmit(context, emit, emitter, event, rest)
}

// A function of its own: where a closure takes the parameters, each call would put them on the heap, used or not.
function changeAndEmit(
  context: Context,
  emit: Emit,
  emitter: EventEmitter,
  event: unknown,
  rest: unknown[],
): boolean {
  return runInContext(context, () => emit.call(emitter, event, ...rest))
}

/** At the end of a request Node itself listens, by one of these. */
const listenersOfNode = new Set(['clearIncoming', 'clearRequestTimeout'])

function isListenedTo(emitter: EventEmitter, event: string): boolean {
  const count = emitter.listenerCount(event)
  if (count !== 1 || event !== 'end') return count > 0
  const only = (emitter as unknown as { _events?: { end?: unknown } })._events?.end
  return typeof only !== 'function' || !listenersOfNode.has(only.name)
}
