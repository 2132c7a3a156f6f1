import type { EventEmitter } from 'node:events'
import { guard, runInContext, type Stop, wrapMethod } from '@clew/core'
import type { Context } from '@opentelemetry/api'
import type { Connection } from './library.ts'

/** In whose context the socket of a connection tells what it receives; in that of nobody, where no query holds it. */
export type StreamContexts = {
  /** From now on in the context of this query, which may listen on the socket itself as pg-copy-streams does. */
  enter(connection: Connection, query: object, context: Context): void
  leave(connection: Connection, query: object): void
  /** After an error the server is still to say that it is ready, and the Client no longer tells the query. */
  leaveWhenReady(connection: Connection, query: object): void
}

type Holder = { query: object; context: Context; stop: Stop }

export function createStreamContexts(owner: string): StreamContexts {
  const holders = new WeakMap<object, Holder>()
  const emittingInHeld = (stream: EventEmitter): Stop =>
    wrapMethod(owner, stream, 'emit', (emit) => {
      return function (this: EventEmitter, ...args) {
        const held = holders.get(stream)
        return held ? runInContext(held.context, () => emit.apply(this, args)) : emit.apply(this, args)
      }
    })
  const holds = (query: object, { stream }: Connection): boolean => holders.get(stream)?.query === query
  const enter = ({ stream }: Connection, query: object, context: Context): void => {
    const stop = holders.get(stream)?.stop ?? emittingInHeld(stream)
    holders.set(stream, { query, context, stop })
  }
  const leave = (connection: Connection, query: object): void => {
    // The next query may be submitted before this one has heard that the server is ready.
    if (!holds(query, connection)) return
    const { stream } = connection
    holders.get(stream)?.stop()
    holders.delete(stream)
  }
  const leaveWhenReady = (connection: Connection, query: object): void => {
    if (holds(query, connection)) connection.once('readyForQuery', () => leave(connection, query))
  }
  return {
    enter: (...args) => guard('entering the context of a query', () => enter(...args), undefined),
    leave: (...args) => guard('leaving the context of a query', () => leave(...args), undefined),
    leaveWhenReady: (...args) =>
      guard('leaving the context of a query', () => leaveWhenReady(...args), undefined),
  }
}
