import { type Operation, runInContext, type Stop, stopAll, wrapMethod } from '@clew/core'
import type { Submittable } from './library.ts'

type Handler = (this: object, ...args: unknown[]) => unknown
type Handlers = { [name: string]: Handler }

// What a Client calls on the query that it works on.
const handlers = [
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
 * Queries that the application makes itself and submits: pg.Query, pg-cursor, pg-query-stream. The methods by which the
 * Client feeds them are wrapped once, where they are defined: on a prototype, or on the object itself.
 */
export function trackSubmissions(owner: string): Submissions {
  const submissions = new WeakMap<object, Operation>()
  const stops: Stop[] = []
  return {
    add: (query, operation) => {
      submissions.set(query, operation)
      for (const name of handlers) {
        const home = homeOf(query, name)
        if (!home) continue
        const stop = wrapMethod(owner, home, name, (original) =>
          handlerInContext(submissions, name, original),
        )
        // An object's own methods go with the object.
        if (home !== query) stops.push(stop)
      }
    },
    stop: () => stopAll(stops),
  }
}

function homeOf(query: object, name: string): Handlers | undefined {
  for (let object: object | null = query; object; object = Object.getPrototypeOf(object)) {
    if (Object.hasOwn(object, name)) return object as Handlers
  }
  return undefined
}

function handlerInContext(submissions: WeakMap<object, Operation>, name: string, original: Handler): Handler {
  return function (...args) {
    const operation = submissions.get(this)
    if (!operation) return original.apply(this, args)
    if (name === 'handleError') operation.end(args[0])
    try {
      return runInContext(operation.caller, () => original.apply(this, args))
    } finally {
      // Afterwards: a row that no type parser could read makes pg.Query fail in here.
      if (name === 'handleReadyForQuery') operation.end()
    }
  }
}
