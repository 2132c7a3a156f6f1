import type { Context, Span } from '@opentelemetry/api'

/** A `pool.query` on its way to the client that will run it: one span for both. */
export type PoolQuery = {
  readonly caller: Context
  readonly span: Span
  readonly query: unknown
  readonly startMs: number
  isTaken: boolean
}

const poolQueryField = Symbol('@clew/pg pool query')

export function contextWithPoolQuery(poolQuery: PoolQuery): Context {
  return poolQuery.caller.setValue(poolQueryField, poolQuery)
}

/** The pool's query that this call of `client.query` carries out; not one that an overridden `connect` makes itself. */
export function takePoolQuery(context: Context, query: unknown): PoolQuery | undefined {
  const poolQuery = context.getValue(poolQueryField) as PoolQuery | undefined
  if (!poolQuery || poolQuery.isTaken || poolQuery.query !== query) return undefined
  poolQuery.isTaken = true
  return poolQuery
}
