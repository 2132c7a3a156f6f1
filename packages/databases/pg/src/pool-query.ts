import { guard } from '@clew/core'
import type { Context, Span } from '@opentelemetry/api'
import { describeConnection } from './attributes.ts'
import type { Client } from './library.ts'
import { attrConnectionWaitTime } from './semconv.ts'

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
export function contextWithPoolQuery(caller: Context, span: Span, query: unknown): Context {
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

function describeTaken({ span, startMs }: PoolQuery, client: Client): void {
  const waitSeconds = (performance.now() - startMs) / 1_000
  span.setAttributes({ ...describeConnection(client), [attrConnectionWaitTime]: waitSeconds })
}
