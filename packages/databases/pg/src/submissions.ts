import { type Operation, runInContext, type Stop, stopAll, wrapMethod } from '@clew/core'
import type { Connection, Submittable } from './library.ts'
import { createStreamContexts, type StreamContexts } from './stream-contexts.ts'

type Handler = (this: object, ...args: unknown[]) => unknown
type Handlers = { [name: string]: Handler }

// What a Client calls on the query that it works on.
const handlers = [
  'submit',
  'handleRowDescription',
  'handleDataRow',
  'handlePortalSuspended',
  'handleCommandComplete',
  'handleEmptyQuery',
  'handleCopyInResponse',
  'handleCopyData',
  'handleReadyForQuery',
  'handleError',
]

export type Submissions = {
  /** Runs all that this query will tell (events, callbacks) in the caller's context, and ends the operation with it. */
  add(query: Submittable, operation: Operation): void
  stop: Stop
}

/**
 * Queries that the application makes itself and submits: pg.Query, pg-cursor, pg-query-stream, pg-copy-streams and their
 * like. The methods by which the Client feeds them are wrapped where they are defined: once on a prototype, or on the
 * object itself. `listensToNothing` is the `submit` of pg.Query, which is fed by these methods alone.
 */
export function trackSubmissions(owner: string, listensToNothing: unknown): Submissions {
  const submissions = new WeakMap<object, Operation>()
  const streams = createStreamContexts(owner)
  const knownPrototypes = new WeakSet<object>()
  const stops: Stop[] = []
  const wrap = (home: Handlers, name: string): Stop =>
    wrapMethod(owner, home, name, (original) =>
      handlerInContext(submissions, name, original, original === listensToNothing ? undefined : streams),
    )
  return {
    add: (query, operation) => {
      submissions.set(query, operation)
      // An object's own methods go with the object.
      for (const name of handlers) if (hasOwnMethod(query, name)) wrap(query, name)
      const prototype = Object.getPrototypeOf(query) as object | null
      if (!prototype || knownPrototypes.has(prototype)) return
      knownPrototypes.add(prototype)
      for (const name of handlers) {
        const home = homeOf(prototype, name)
        if (home) stops.push(wrap(home, name))
      }
    },
    stop: () => stopAll(stops),
  }
}

function homeOf(query: object, name: string): Handlers | undefined {
  for (let object: object | null = query; object; object = Object.getPrototypeOf(object)) {
    if (hasOwnMethod(object, name)) return object
  }
  return undefined
}

function hasOwnMethod(object: object, name: string): object is Handlers {
  return Object.hasOwn(object, name) && typeof (object as Handlers)[name] === 'function'
}

function handlerInContext(
  submissions: WeakMap<object, Operation>,
  name: string,
  original: Handler,
  streams: StreamContexts | undefined,
): Handler {
  return function (...args) {
    const operation = submissions.get(this)
    if (!operation) return original.apply(this, args)
    if (name === 'submit') streams?.enter(args[0] as Connection, this, operation.caller)
    if (name === 'handleError') {
      operation.end(args[0])
      streams?.leaveWhenReady(args[1] as Connection, this)
    }
    try {
      return runInContext(operation.caller, () => original.apply(this, args))
    } finally {
      if (name === 'handleReadyForQuery') {
        // Afterwards: a row that no type parser could read makes pg.Query fail in here.
        operation.end()
        streams?.leave(args[0] as Connection, this)
      }
    }
  }
}
