import type { EventEmitter } from 'node:events'
import { type IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Server } from 'node:net'
import { contextForWork, guard, rootContext, type Stop } from '@clew/core'
import type { Context } from '@opentelemetry/api'
import { emitIn, wrapEmit } from '../message-events.ts'
import { parentContextOf } from './parent-context.ts'
import { requestIdOf } from './request-id.ts'

/**
 * Gives those server events a context of their own that no request start precedes: on Node 22 they would have that of
 * the request before on the same connection. Upgrades continue the caller's trace, without a span: a WebSocket has no
 * end to wait for.
 */
export function keepContextOfConnections(): Stop {
  return wrapEmit(
    Server.prototype,
    (emit) =>
      function (this: EventEmitter, ...args) {
        switch (args[0]) {
          case 'upgrade':
          case 'connect':
            return args[1] instanceof IncomingMessage
              ? emitIn(contextOfUpgrade(args[1].headers), emit, this, args)
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

function contextOfUpgrade(headers: IncomingHttpHeaders): Context {
  return guard(
    'taking in an HTTP upgrade',
    () => contextForWork(parentContextOf(headers), { request_id: requestIdOf(headers) }),
    rootContext,
  )
}
