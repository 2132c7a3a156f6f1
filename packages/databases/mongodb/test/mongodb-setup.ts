import { createRequire } from 'node:module'
import type { RecordedSpan } from '@clew/testing'
import type * as mongodbTypes from 'mongodb'
import { startMongodb } from '../../../../scripts/ferretdb.ts'
import { type DatabaseRig, shapesOf, startDatabaseRig } from '../../ioredis/test/database-rig.ts'
import { mongodbInstrumentation } from '../src/index.ts'

export type Mongodb = typeof mongodbTypes

export const require: NodeJS.Require = createRequire(import.meta.url)

/** The newest of both majors. */
export const versions: readonly (readonly [name: string, load: () => Mongodb])[] = [
  ['mongodb 7', () => require('mongodb') as Mongodb],
  ['mongodb 6', () => require('mongodb6') as Mongodb],
]

export type Rig = Omit<DatabaseRig<Mongodb>, 'library'> & { mongodb: Mongodb }

/** A server, an attached mongodb, and a recorder of its spans. */
export async function startRig(load: () => Mongodb): Promise<Rig> {
  const { library: mongodb, ...rig } = await startDatabaseRig(
    mongodbInstrumentation,
    load,
    startMongodb,
    ({ hostname, port, pathname }) => ({
      'db.system.name': 'mongodb',
      'db.namespace': pathname.slice(1),
      'server.address': hostname,
      'server.port': Number(port || 27017),
    }),
  )
  return { ...rig, mongodb }
}

/** The spans of mongodb alone. */
export function shapes(spans: readonly RecordedSpan[]): object[] {
  return shapesOf('@clew/mongodb', spans)
}
