import { activeContext, rootContext, runInContext, type Stop, startOperation, wrapMethod } from '@clew/core'
import type { Tracer } from '@opentelemetry/api'
import { describeQuery } from './attributes.ts'
import { type Client, isSubmittable } from './library.ts'
import { takePoolQuery } from './pool-query.ts'
import { bindFirstCallback, callQuery } from './query-call.ts'
import type { Submissions } from './submissions.ts'

/** A connection serves many requests: what it tells of itself belongs to none. */
const connectionEvents = new Set<unknown>(['connect', 'drain', 'end', 'error', 'notice', 'notification'])

/** Makes a span of each query of these clients and binds what is called back. */
export function attachToClient(
  owner: string,
  client: Client,
  tracer: Tracer,
  submissions: Submissions,
): Stop[] {
  return [
    wrapMethod(owner, client, 'query', (original) => tracedQuery(original, tracer, submissions)),
    // The socket, and all that is ever received on it, would keep the context of the request that opened it.
    wrapMethod(owner, client, 'connect', (original) => {
      return function (this: Client, ...args: unknown[]) {
        const bound = bindFirstCallback(args)
        return runInContext(rootContext, () => original.apply(this, bound))
      }
    }),
    wrapMethod(owner, client, 'emit', (original) => emitInRoot(original, connectionEvents)),
  ]
}

/** An `emit` whose listeners of these events run in no request's context. */
export function emitInRoot<Emit extends (...args: unknown[]) => boolean>(
  original: Emit,
  events: ReadonlySet<unknown>,
): Emit {
  const emit = function (this: unknown, ...args: unknown[]): boolean {
    if (!events.has(args[0]) || activeContext() === rootContext) return original.apply(this, args)
    return runInContext(rootContext, () => original.apply(this, args))
  }
  return emit as Emit
}

function tracedQuery(original: Client['query'], tracer: Tracer, submissions: Submissions): Client['query'] {
  return function (this: Client, ...args: unknown[]) {
    const [query, values] = args
    const active = activeContext()
    const poolQuery = takePoolQuery(active, query, this)
    const operation = startOperation(tracer, poolQuery?.caller ?? active, () =>
      poolQuery ? undefined : describeQuery(textOwner(query), values, this),
    )
    if (!isSubmittable(query)) return callQuery(original, this, args, operation)
    submissions.add(query, operation)
    try {
      return original.apply(this, args)
    } catch (error) {
      operation.end(error)
      throw error
    }
  }
}

// pg-query-stream keeps its text in a cursor, as `cursor.text`.
function textOwner(query: unknown): unknown {
  const { text, cursor } = (query ?? {}) as { text?: unknown; cursor?: unknown }
  return text === undefined && cursor ? cursor : query
}
