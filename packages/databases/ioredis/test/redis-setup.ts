import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RecordedSpan } from '@clew/testing'
import type * as ioredisTypes from 'ioredis'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { freePort, startRedis } from '../../../../scripts/services.ts'
import { ioredisInstrumentation } from '../src/index.ts'
import { type DatabaseRig, type Recording, shapesOf, startDatabaseRig } from './database-rig.ts'

export type Ioredis = typeof ioredisTypes
export type Redis = InstanceType<Ioredis['Redis']>

const require = createRequire(import.meta.url)

/** The newest of both majors, and one from before ioredis had channels of its own. */
export const versions: readonly (readonly [name: string, load: () => Ioredis])[] = [
  ['ioredis 6', () => require('ioredis') as Ioredis],
  ['ioredis 5.11', () => require(require.resolve('ioredis5')) as Ioredis],
  ['ioredis 5.4', () => require(require.resolve('ioredis5-old')) as Ioredis],
]

export type Rig = Omit<DatabaseRig<Ioredis>, 'library'> & { ioredis: Ioredis }

/** A server, an attached ioredis, and a recorder of its spans. `db`: others may use the server at the same time. */
export async function startRig(load: () => Ioredis, db: number, recording?: Recording): Promise<Rig> {
  const { library: ioredis, ...rig } = await startDatabaseRig(
    ioredisInstrumentation,
    load,
    startRedis,
    ({ hostname, port }) => ({
      'db.system.name': 'redis',
      'db.namespace': String(db),
      'server.address': hostname,
      'server.port': Number(port || 6379),
    }),
    recording,
  )
  return { ...rig, ioredis }
}

export let rig: Rig
export let redis: Redis

/** `rig` and `redis` are there for the tests of this describe, on a database of their own: files run side by side. */
export function attachRedis(load: () => Ioredis, db: number): void {
  beforeAll(async () => {
    rig = await startRig(load, db)
    redis = new rig.ioredis.Redis(rig.url, { db })
    await redis.flushdb()
    await redis.set('text', 'secret')
  })
  beforeEach(() => rig.recorder.clear())
  afterAll(async () => {
    await redis.quit()
    await rig.stop()
  })
}

// A node that never met another does not know its own address.
const cluster = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1']

/** A cluster of one node that owns every slot. */
export async function startCluster(
  Client: Ioredis['Redis'],
): Promise<{ port: number; stop(): Promise<void> }> {
  const [port, busPort] = [await freePort(), await freePort()]
  const folder = mkdtempSync(join(tmpdir(), 'clew-cluster-'))
  const flags = ['--port', `${port}`, '--cluster-port', `${busPort}`, '--bind', '127.0.0.1', '--save', '']
  const server = spawn('redis-server', [...flags, ...cluster, '--dir', folder], { stdio: 'ignore' })
  const stop = async (): Promise<void> => {
    await ended(server)
    rmSync(folder, { recursive: true })
  }
  try {
    await untilWhole(new Client({ port, host: '127.0.0.1', retryStrategy: () => 20 }))
    return { port, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function untilWhole(admin: Redis): Promise<void> {
  admin.on('error', () => {})
  await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  while (!String(await admin.call('CLUSTER', 'INFO')).includes('cluster_state:ok'));
  admin.disconnect()
}

function ended(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    server.once('exit', () => resolve())
    server.kill('SIGTERM')
  })
}

/** The spans of ioredis alone. */
export function shapes(spans: readonly RecordedSpan[]): object[] {
  return shapesOf('@clew/ioredis', spans)
}

/** The span of a command. */
export const shape = (name: string, text: string, more: object = {}): object => ({
  name,
  kind: 'client',
  status: 'unset',
  attributes: { ...rig.server, 'db.operation.name': name, 'db.query.text': text, ...more },
  exceptions: [],
})
