import {
  activeContext,
  bindingCallbacks,
  emittingInRoot,
  guard,
  runInContext,
  runningInRoot,
  type Stop,
  startOperation,
  wrapMethod,
} from '@clew/core'
import type { SqlRuntime } from '@clew/core/sql'
import type { Context, Span } from '@opentelemetry/api'
import { connectionOfPool, describeConnection, describeQuery } from './attributes.ts'
import type { Client, Pool } from './library.ts'
import { callQuery } from './query-call.ts'

/** A pool's connections go from request to request; what it tells of them belongs to none. */
const poolEvents = new Set<unknown>(['acquire', 'connect', 'error', 'release', 'remove'])

/**
 * Binds what a pool calls back to its caller, and makes `pool.query` one span from the call to the result, the wait for
 * a connection included.
 */
export function attachToPool(owner: string, pool: Pool, runtime: SqlRuntime): Stop[] {
  return [
    wrapMethod(owner, pool, 'query', (original) => tracedPoolQuery(original, runtime)),
    wrapMethod(owner, pool, 'connect', bindingCallbacks),
    // It runs in the context of whoever gave a connection back, for the one who waits.
    wrapMethod(owner, pool, 'newClient', runningInRoot),
    wrapMethod(owner, pool, 'emit', (original) => emittingInRoot(original, poolEvents)),
  ]
}

function tracedPoolQuery(
  original: Pool['query'],
  { tracer, options: { enhancedDatabaseReporting: areValuesShown } }: SqlRuntime,
): Pool['query'] {
  return function (this: Pool, ...args: unknown[]) {
    const [query, values] = args
    const operation = startOperation(tracer, activeContext(), () =>
      typeof query === 'function'
        ? undefined
        : describeQuery(query, values, connectionOfPool(this), areValuesShown),
    )
    const { caller, span } = operation
    if (!span) return callQuery(original, this, args, operation)
    const context = contextWithPoolQuery(caller, span, query)
    const run = (...given: unknown[]): unknown => runInContext(context, () => original.apply(this, given))
    return callQuery(run, this, args, operation)
  }
}

/** A `pool.query` on its way to the client that will run it: one span for both. */
type PoolQuery = {
  readonly caller: Context
  readonly span: Span
  readonly query: unknown
  readonly startMs: number
  isTaken: boolean
}

const poolQueryField = Symbol('@clew/pg pool query')

/** The caller's context, in which a client finds the query that it carries out. */
function contextWithPoolQuery(caller: Context, span: Span, query: unknown): Context {
  const poolQuery: PoolQuery = { caller, span, query, startMs: performance.now(), isTaken: false }
  return caller.setValue(poolQueryField, poolQuery)
}

/**
 * The pool's query that this call of `client.query` carries out, its span told of the connection; not one that an
 * overridden `connect` makes itself.
 */
export function takePoolQuery(context: Context, query: unknown, client: Client): PoolQuery | undefined {
  const poolQuery = context.getValue(poolQueryField) as PoolQuery | undefined
  if (!poolQuery || poolQuery.isTaken || poolQuery.query !== query) return undefined
  poolQuery.isTaken = true
  guard('describing a connection', () => describeTaken(poolQuery, client), undefined)
  return poolQuery
}

// Not stable as of 2026-11: the name of a metric, used here as an attribute because a pool's wait is part of one query.
// https://opentelemetry.io/docs/specs/semconv/database/database-metrics/#metric-dbclientconnectionwait_time

/** Seconds that `pool.query` waited for a connection. */
const attrConnectionWaitTime = 'db.client.connection.wait_time'

function describeTaken({ span, startMs }: PoolQuery, client: Client): void {
  const waitSeconds = (performance.now() - startMs) / 1_000
  span.setAttributes({ ...describeConnection(client), [attrConnectionWaitTime]: waitSeconds })
}
