import type { EventEmitter } from 'node:events'
import { Socket } from 'node:net'
import { bindingCallbacks, createHiddenSlot, onModuleLoad, type Stop, stopAll, wrapMethod } from '@clew/core'
import type { Context } from '@opentelemetry/api'
import { type Emit, emitIn, wrapEmit } from './message-events.ts'

// Of sockets that were handed over to the application by an upgrade or a CONNECT.
const contexts = createHiddenSlot<Context>()
let stopSockets: Stop | undefined

/** From now on the listeners of the socket run in `context`, and so does what is built on it. */
export function handOver(socket: unknown, context: Context): void {
  if (!(socket instanceof Socket)) return
  contexts.set(socket, context)
  // Not before there is one: the sockets of databases emit often.
  stopSockets ??= wrapEmit(Socket.prototype, (emit) => emitInContextOf((emitter) => emitter, emit))
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

function emitInContextOf(socketOf: (emitter: EventEmitter) => object | undefined | null, emit: Emit): Emit {
  return function (this: EventEmitter, event, ...rest) {
    const socket = socketOf(this)
    const context = socket ? contexts.get(socket) : undefined
    return context === undefined
      ? emit.call(this, event, ...rest)
      : emitIn(context, emit, this, event, ...rest)
  }
}
