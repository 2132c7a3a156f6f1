import { type Instrumentation, onModuleLoad, type Stop, wrapMethod } from '@clew/core'
import { type SqlRuntime, sqlOptions } from '@clew/core/sql'
import manifest from '@clew/postgres/package.json' with { type: 'json' }
import { type Postgres, prototypesOf } from './library.ts'
import { tracingHandle } from './queries.ts'

const owner = '@clew/postgres'
const library = { name: 'postgres', versions: { from: '3.0.0', below: '4.0.0' } } as const

/** A span for each query of postgres.js, and callbacks in the context of their caller. */
export const postgresInstrumentation: Instrumentation<typeof sqlOptions> = {
  name: 'postgres',
  version: manifest.version,
  library,
  seam: 'handle of Query',
  options: sqlOptions,
  start: (runtime) =>
    onModuleLoad<Postgres | { default: Postgres }>({ ...library, esModule: 'src/index.js' }, (exports) =>
      attachTo('default' in exports ? exports.default : exports, runtime),
    ),
}

function attachTo(postgres: Postgres, runtime: SqlRuntime): Stop {
  const { query, identifier } = prototypesOf(postgres)
  return wrapMethod(owner, query, 'handle', (original) =>
    tracingHandle(owner, runtime, { original, identifier }),
  )
}
