import { createRequire } from 'node:module'
import type { RecordedSpan } from '@clew/testing'
import type pgTypes from 'pg'
import { type Service, startPostgres } from '../../../../scripts/services.ts'
import {
  type DatabaseRig,
  type Options,
  type Recording,
  shapesOf,
  startDatabaseRig,
} from '../../ioredis/test/database-rig.ts'
import { pgInstrumentation } from '../src/index.ts'

export type Pg = typeof pgTypes

export const require: NodeJS.Require = createRequire(import.meta.url)

/** The oldest and the newest that are supported. */
export const versions: readonly (readonly [name: string, load: () => Pg])[] = [
  ['pg 8.23', () => require('pg') as Pg],
  ['pg 8.0.3', () => require(require.resolve('pg8-0')) as Pg],
]

export type Rig = Omit<DatabaseRig<Pg>, 'library'> & { pg: Pg }

/** A server, an attached pg, and a recorder of its spans. */
export async function startRig(load: () => Pg, recording?: Recording, options?: Options): Promise<Rig> {
  const { library: pg, ...rig } = await startDatabaseRig(
    pgInstrumentation,
    load,
    startServer,
    ({ hostname, port, pathname }) => ({
      'db.system.name': 'postgresql',
      'db.namespace': pathname.slice(1),
      'server.address': hostname,
      'server.port': Number(port),
    }),
    recording,
    options,
  )
  return { ...rig, pg }
}

async function startServer(): Promise<Service> {
  const { url, stop } = await startPostgres()
  return {
    url,
    stop: async () => {
      if (!process.env.PG_URL) await untilAlone(url)
      await stop()
    },
  }
}

// Old pools say that they have ended before their sockets have; a server that stops then would make them throw.
async function untilAlone(url: string): Promise<void> {
  const { Client } = require('pg') as Pg
  const observer = new Client({ connectionString: url })
  await observer.connect()
  const text =
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
  while ((await observer.query(text)).rowCount !== 0);
  await observer.end()
}

/** The spans of pg alone. */
export function shapes(spans: readonly RecordedSpan[]): object[] {
  return shapesOf('@clew/pg', spans)
}
