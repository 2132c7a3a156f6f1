import { type Instrumentation, onModuleLoad, owningPrototype, type Stop } from '@clew/core'
import { type SqlRuntime, sqlOptions } from '@clew/core/sql'
import manifest from '@clew/pg/package.json' with { type: 'json' }
import { attachToClient } from './client.ts'
import type { Pg, Pool } from './library.ts'
import { attachToPool } from './pool.ts'
import { trackSubmissions } from './submissions.ts'

const owner = '@clew/pg'
const library = { name: 'pg', versions: { from: '8.0.3', below: '9.0.0' } } as const

/** A span for each query of pg, and callbacks and Query events in the context of their caller. */
export const pgInstrumentation: Instrumentation<typeof sqlOptions> = {
  name: 'pg',
  version: manifest.version,
  library: library,
  seam: 'query, connect and emit of Client and Pool',
  options: sqlOptions,
  start: (runtime) => onModuleLoad<Pg>(library, (pg) => attachTo(pg, runtime)),
}

function attachTo(pg: Pg, runtime: SqlRuntime): Stop[] {
  if (isNative(pg)) return []
  const submissions = trackSubmissions(owner, pg.Query.prototype.submit)
  return [
    ...attachToClient(owner, pg.Client.prototype, runtime, submissions),
    ...attachToPool(owner, poolPrototype(pg), runtime),
    submissions.stop,
  ]
}

// With NODE_PG_FORCE_NATIVE the main Client is that of pg-native, whose queries are fed in another way.
function isNative(pg: Pg): boolean {
  return !('handleDataRow' in pg.Query.prototype)
}

// pg.Pool is a subclass made for each import of pg; the methods are those of pg-pool, whoever uses it.
function poolPrototype(pg: Pg): Pool {
  return owningPrototype(pg.Pool.prototype, 'connect')
}
