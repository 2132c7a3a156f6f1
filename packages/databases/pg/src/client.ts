import { activeContext, guard, rootContext, runInContext, type Stop, wrapMethod } from '@clew/core'
import type { Tracer } from '@opentelemetry/api'
import { describeConnection, describeQuery } from './attributes.ts'
import { type Client, isSubmittable } from './library.ts'
import { type PoolQuery, takePoolQuery } from './pool-query.ts'
import { bindFirstCallback, callQuery, endQuerySpan, startQuerySpan } from './query-call.ts'
import { attrConnectionWaitTime } from './semconv.ts'
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
    const poolQuery = takePoolQuery(active, query)
    const caller = poolQuery?.caller ?? active
    if (poolQuery) connectPoolQuery(poolQuery, this)
    const span = poolQuery
      ? undefined
      : startQuerySpan(tracer, caller, () => describeQuery(textOwner(query), values, this))
    if (!isSubmittable(query)) return callQuery(original, this, args, { caller, span })
    submissions.add(query, caller, span)
    try {
      return original.apply(this, args)
    } catch (error) {
      endQuerySpan(span, error)
      throw error
    }
  }
}

function connectPoolQuery({ span, startMs }: PoolQuery, client: Client): void {
  guard(
    'describing a connection',
    () => {
      span.setAttributes(describeConnection(client))
      span.setAttribute(attrConnectionWaitTime, (performance.now() - startMs) / 1_000)
    },
    undefined,
  )
}

// pg-query-stream keeps its text in a cursor, as `cursor.text`.
function textOwner(query: unknown): unknown {
  const { text, cursor } = (query ?? {}) as { text?: unknown; cursor?: unknown }
  return text === undefined && cursor ? cursor : query
}
