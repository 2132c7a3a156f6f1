import {
  activeContext,
  emittingInRoot,
  guard,
  runningInRoot,
  type Stop,
  startOperation,
  wrapMethod,
} from '@clew/core'
import { addTraceComment, copyWith, type SqlRuntime } from '@clew/core/sql'
import type { Span } from '@opentelemetry/api'
import { describeQuery } from './attributes.ts'
import { type Client, isSubmittable, type QueryConfig } from './library.ts'
import { takePoolQuery } from './pool.ts'
import { callQuery } from './query-call.ts'
import type { Submissions } from './submissions.ts'

/** A connection serves many requests: what it tells of itself belongs to none. */
const connectionEvents = new Set<unknown>(['connect', 'drain', 'end', 'error', 'notice', 'notification'])

/** Makes a span of each query of these clients and binds what is called back. */
export function attachToClient(
  owner: string,
  client: Client,
  runtime: SqlRuntime,
  submissions: Submissions,
): Stop[] {
  return [
    wrapMethod(owner, client, 'query', (original) => tracedQuery(original, runtime, submissions)),
    // The socket, and all that is ever received on it, would keep the context of the request that opened it.
    wrapMethod(owner, client, 'connect', runningInRoot),
    wrapMethod(owner, client, 'emit', (original) => emittingInRoot(original, connectionEvents)),
  ]
}

function tracedQuery(
  original: Client['query'],
  { tracer, options }: SqlRuntime,
  submissions: Submissions,
): Client['query'] {
  const { addSqlCommenterCommentToQueries: isCommenting, enhancedDatabaseReporting: areValuesShown } = options
  return function (this: Client, ...args: unknown[]) {
    const [query, values] = args
    const active = activeContext()
    const poolQuery = takePoolQuery(active, query, this)
    const operation = startOperation(tracer, poolQuery?.caller ?? active, () =>
      poolQuery ? undefined : describeQuery(textOwner(query), values, this, areValuesShown),
    )
    if (!isSubmittable(query)) {
      const span = isCommenting ? (operation.span ?? poolQuery?.span) : undefined
      return callQuery(original, this, span ? withComment(args, span) : args, operation)
    }
    guard('following a submitted query', () => submissions.add(query, operation), undefined)
    try {
      return original.apply(this, args)
    } catch (error) {
      operation.end(error)
      throw error
    }
  }
}

/** A query with a name is prepared under it, and must have the same text each time. */
function withComment(args: unknown[], span: Span): unknown[] {
  const [query, ...rest] = args
  if (typeof query === 'string') return [addTraceComment(query, span, 'postgresql'), ...rest]
  const { text, name } = (query ?? {}) as QueryConfig
  if (typeof text !== 'string' || name) return args
  return [copyWith(query as object, 'text', addTraceComment(text, span, 'postgresql')), ...rest]
}

// pg-query-stream keeps its text in a cursor, as `cursor.text`.
function textOwner(query: unknown): unknown {
  const { text, cursor } = (query ?? {}) as { text?: unknown; cursor?: unknown }
  return text === undefined && cursor ? cursor : query
}
