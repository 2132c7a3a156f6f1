import { runInContext, type Stop, stopAll, wrapMethod } from '@clew/core'
import type { Context, Span } from '@opentelemetry/api'
import type { Submittable } from './library.ts'
import { endQuerySpan } from './query-call.ts'

type Submission = { caller: Context; span: Span | undefined }
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
  /** Runs all that this query will tell (events, callbacks) in the caller's context, and ends the span with it. */
  add(query: Submittable, caller: Context, span: Span | undefined): void
  stop: Stop
}

/**
 * Queries that the application makes itself and submits: pg.Query, pg-cursor, pg-query-stream. The methods by which the
 * Client feeds them are wrapped once, where they are defined: on a prototype, or on the object itself.
 */
export function trackSubmissions(owner: string): Submissions {
  const submissions = new WeakMap<object, Submission>()
  const stops: Stop[] = []
  return {
    add: (query, caller, span) => {
      submissions.set(query, { caller, span })
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

function handlerInContext(
  submissions: WeakMap<object, Submission>,
  name: string,
  original: Handler,
): Handler {
  return function (...args) {
    const submission = submissions.get(this)
    if (!submission) return original.apply(this, args)
    if (name === 'handleError') end(submission, args[0])
    try {
      return runInContext(submission.caller, () => original.apply(this, args))
    } finally {
      // Afterwards: a row that no type parser could read makes pg.Query fail in here.
      if (name === 'handleReadyForQuery') end(submission)
    }
  }
}

function end(submission: Submission, error?: unknown): void {
  endQuerySpan(submission.span, error)
  submission.span = undefined
}
