import { createRequire } from 'node:module'
import type { RecordedSpan } from '@clew/testing'
import type * as redisTypes from 'redis'
import { startRedis } from '../../../../scripts/services.ts'
import { type DatabaseRig, shapesOf, startDatabaseRig } from '../../ioredis/test/database-rig.ts'
import { redisInstrumentation } from '../src/index.ts'

export type NodeRedis = typeof redisTypes
export type Client = ReturnType<NodeRedis['createClient']>

const require = createRequire(import.meta.url)

/** The newest of both majors, and minors without channels. */
export const versions: readonly (readonly [name: string, load: () => NodeRedis])[] = [
  ['redis 6', () => require('redis') as NodeRedis],
  ['redis 5', () => require('redis5') as NodeRedis],
  ['redis 5.11', () => require('redis5-11') as NodeRedis],
  ['redis 5.5', () => require('redis5-5') as NodeRedis],
  ['redis 5.0', loadOldest],
]

// Its pool is exported by @redis/client alone.
function loadOldest(): NodeRedis {
  const { createClientPool } = createRequire(require.resolve('redis5-0'))('@redis/client') as NodeRedis
  return { ...(require('redis5-0') as NodeRedis), createClientPool }
}

export type Rig = Omit<DatabaseRig<NodeRedis>, 'library'> & { redis: NodeRedis }

/** A server, an attached node-redis, and a recorder of its spans. `db`: others may use the server at the same time. */
export async function startRig(load: () => NodeRedis, db: number): Promise<Rig> {
  const { library: redis, ...rig } = await startDatabaseRig(
    redisInstrumentation,
    load,
    startRedis,
    ({ hostname, port }) => ({
      'db.system.name': 'redis',
      'db.namespace': String(db),
      'server.address': hostname,
      'server.port': Number(port || 6379),
    }),
  )
  return { ...rig, redis }
}

/** A client of the server under test that is connected. */
export async function connect({ redis, url }: Rig, db: number, options: object = {}): Promise<Client> {
  const client = redis.createClient({ url, database: db, ...options }) as Client
  client.on('error', () => {})
  await client.connect()
  return client
}

/** The spans of node-redis alone. */
export function shapes(spans: readonly RecordedSpan[]): object[] {
  return shapesOf('@clew/redis', spans)
}
