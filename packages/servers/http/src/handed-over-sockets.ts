import type { EventEmitter } from 'node:events'
import { Socket } from 'node:net'
import {
  bindingCallbacks,
  createHiddenSlot,
  guard,
  onModuleLoad,
  type Stop,
  stopAll,
  wrapMethod,
} from '@clew/core'
import type { Context } from '@opentelemetry/api'
import { type Emit, emitIn, wrapEmit } from './message-events.ts'

/** Of a socket that was handed over to the application by an upgrade or a CONNECT. */
type HandedOver = { context: Context; closed: (() => void) | undefined }

const handedOver = createHiddenSlot<HandedOver>()
let stopSockets: Stop | undefined

/**
 * From now on the listeners of the socket run in `context`, and so does what is built on it; `closed` hears of its end. False
 * for what is no socket of node:net, where nothing of that is so.
 */
export function handOver(socket: unknown, context: Context, closed?: () => void): boolean {
  if (!(socket instanceof Socket)) return false
  handedOver.set(socket, { context, closed })
  // Not before there is one: the sockets of databases emit often.
  stopSockets ??= wrapEmit(Socket.prototype, (emit) =>
    tellClosed(emitInContextOf((emitter) => emitter, emit)),
  )
  return true
}

/** Undoes what `handOver` began, and keeps the WebSockets of ws in the context of their sockets. */
export function keepContextOfSockets(): Stop {
  const stops = [
    () => {
      stopSockets?.()
      stopSockets = undefined
    },
    onModuleLoad(ws, attachToWebSocket),
  ]
  return () => stopAll(stops)
}

// Both its CommonJS and its ESM entry load this file.
const ws = { name: 'ws', file: 'lib/websocket.js', versions: { from: '0.0.0', below: '9.0.0' } }

type WebSocket = EventEmitter & { _socket?: object | null } & Record<'send' | 'ping' | 'pong', Send>
type Send = (...args: never[]) => unknown

// Compressed messages wait for one another in a queue of the whole process, and go on in the context of the one before.
function attachToWebSocket({ prototype }: { prototype: WebSocket }): Stop[] {
  return [
    wrapEmit(prototype, (emit) => emitInContextOf((emitter) => (emitter as WebSocket)._socket, emit)),
    ...(['send', 'ping', 'pong'] as const).map((name) =>
      wrapMethod('http', prototype, name, bindingCallbacks),
    ),
  ]
}

function tellClosed(emit: Emit): Emit {
  return function (this: EventEmitter, event, ...rest) {
    try {
      return emit.call(this, event, ...rest)
    } finally {
      if (event === 'close') guard('closing a socket', () => handedOver.get(this)?.closed?.(), undefined)
    }
  }
}

function emitInContextOf(socketOf: (emitter: EventEmitter) => object | undefined | null, emit: Emit): Emit {
  return function (this: EventEmitter, event, ...rest) {
    const socket = socketOf(this)
    const context = socket ? handedOver.get(socket)?.context : undefined
    return context === undefined
      ? emit.call(this, event, ...rest)
      : emitIn(context, emit, this, event, ...rest)
  }
}
