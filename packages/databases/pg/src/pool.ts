import { activeContext, rootContext, runInContext, type Stop, startOperation, wrapMethod } from '@clew/core'
import type { Tracer } from '@opentelemetry/api'
import { connectionOfPool, describeQuery } from './attributes.ts'
import { emitInRoot } from './client.ts'
import type { Pool } from './library.ts'
import { contextWithPoolQuery } from './pool-query.ts'
import { bindFirstCallback, callQuery } from './query-call.ts'

/** A pool's connections go from request to request; what it tells of them belongs to none. */
const poolEvents = new Set<unknown>(['acquire', 'connect', 'error', 'release', 'remove'])

/**
 * Binds what a pool calls back to its caller, and makes `pool.query` one span from the call to the result, the wait for
 * a connection included.
 */
export function attachToPool(owner: string, pool: Pool, tracer: Tracer): Stop[] {
  return [
    wrapMethod(owner, pool, 'query', (original) => tracedPoolQuery(original, tracer)),
    wrapMethod(owner, pool, 'connect', (original) => {
      return function (this: Pool, ...args: unknown[]) {
        return original.apply(this, bindFirstCallback(args))
      }
    }),
    // It runs in the context of whoever gave a connection back, for the one who waits.
    wrapMethod(owner, pool, 'newClient', (original) => {
      return function (this: Pool, ...args: unknown[]) {
        return runInContext(rootContext, () => original.apply(this, args))
      }
    }),
    wrapMethod(owner, pool, 'emit', (original) => emitInRoot(original, poolEvents)),
  ]
}

function tracedPoolQuery(original: Pool['query'], tracer: Tracer): Pool['query'] {
  return function (this: Pool, ...args: unknown[]) {
    const [query, values] = args
    const operation = startOperation(tracer, activeContext(), () =>
      typeof query === 'function' ? undefined : describeQuery(query, values, connectionOfPool(this)),
    )
    const { caller, span } = operation
    if (!span) return callQuery(original, this, args, operation)
    const context = contextWithPoolQuery(caller, span, query)
    const run = (...given: unknown[]): unknown => runInContext(context, () => original.apply(this, given))
    return callQuery(run, this, args, operation)
  }
}
