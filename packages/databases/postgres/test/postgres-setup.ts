import { createRequire } from 'node:module'
import type { RecordedSpan } from '@clew/testing'
import type postgresTypes from 'postgres'
import { startPostgres } from '../../../../scripts/services.ts'
import {
  type DatabaseRig,
  type Options,
  type Recording,
  shapesOf,
  startDatabaseRig,
} from '../../ioredis/test/database-rig.ts'
import { postgresInstrumentation } from '../src/index.ts'

export type Postgres = typeof postgresTypes
export type Sql = postgresTypes.Sql

export const require: NodeJS.Require = createRequire(import.meta.url)

/** The oldest and the newest that are supported. */
export const versions: readonly (readonly [name: string, load: () => Postgres])[] = [
  ['postgres 3.4', () => require('postgres') as Postgres],
  ['postgres 3.0', () => require('postgres-3-0') as Postgres],
]

export type Rig = Omit<DatabaseRig<Postgres>, 'library'> & {
  postgres: Postgres
  /** A pool on the server under test. */
  connect(options?: postgresTypes.Options<Record<string, never>>): Sql
}

/** A server, an attached postgres.js, and a recorder of its spans. */
export async function startRig(load: () => Postgres, recording?: Recording, options?: Options): Promise<Rig> {
  const { library: postgres, ...rig } = await startDatabaseRig(
    postgresInstrumentation,
    load,
    startPostgres,
    () => ({ 'db.system.name': 'postgresql' }),
    recording,
    options,
  )
  return { ...rig, postgres, connect: (options = {}) => postgres(rig.url, { max: 3, ...options }) as Sql }
}

/** The spans of postgres.js alone. */
export function shapes(spans: readonly RecordedSpan[]): object[] {
  return shapesOf('@clew/postgres', spans)
}
