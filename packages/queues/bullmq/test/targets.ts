import { createRequire } from 'node:module'
import type * as Bullmq from 'bullmq'
import { type Service, startPostgres, startRedis } from '../../../../scripts/services.ts'

/** BullMQ in one version on one backend, as the tests use it. */
export type Target = {
  name: string
  bullmq: typeof Bullmq
  /** For other processes: the file of the library, and how its server is reached. */
  path: string
  address: object
  queue(name: string, opts?: Partial<Bullmq.QueueOptions>): Bullmq.Queue
  worker(
    name: string,
    processor: Bullmq.Processor | string | URL | null,
    opts?: Partial<Bullmq.WorkerOptions>,
  ): Bullmq.Worker
  queueEvents(name: string): Bullmq.QueueEvents
  flowProducer(opts?: object): Bullmq.FlowProducer
  /** Closes what was made, workers first. */
  close(): Promise<void>
}

export type TargetName =
  | '6.7 on Redis'
  | '6.7 on node-redis'
  | '6.7 on PostgreSQL'
  | '5.81'
  | '5.81 on node-redis'
  | '5.21'
export const allTargets: readonly TargetName[] = [
  '6.7 on Redis',
  '6.7 on node-redis',
  '6.7 on PostgreSQL',
  '5.81',
  '5.21',
]
const require = createRequire(import.meta.url)
let redis: Promise<Service> | undefined
let postgres: Promise<Service> | undefined

/** A target on servers that are started once per test file; stop them with `stopServers`. */
export async function openTarget(name: TargetName, connection?: unknown): Promise<Target> {
  // By its real path: a package's alias says nothing of its name.
  const path = require.resolve({ '6': 'bullmq', '5.8': 'bullmq5', '5.2': 'bullmq-floor' }[versionOf(name)])
  const bullmq = require(path) as typeof Bullmq
  const library = { name, bullmq, path }
  if (connection) return makeTarget(library, {}, connection)
  if (name === '6.7 on PostgreSQL') {
    const server = { connectionString: (await postgresServer()).url, migrate: true }
    return makeTarget(library, server, server, bullmq.createPostgresBackend)
  }
  const url = new URL((await redisServer()).url)
  const server = { host: url.hostname, port: Number(url.port) }
  return name.endsWith('node-redis') ? nodeRedisTarget(library, server) : makeTarget(library, server, server)
}

type Library = Pick<Target, 'name' | 'bullmq' | 'path'>

function versionOf(name: TargetName): '6' | '5.8' | '5.2' {
  if (name.startsWith('6')) return '6'
  return name.startsWith('5.8') ? '5.8' : '5.2'
}

export function redisServer(): Promise<Service> {
  redis ??= startRedis()
  return redis
}

export function postgresServer(): Promise<Service> {
  postgres ??= startPostgres()
  return postgres
}

export async function stopServers(): Promise<void> {
  await (await redis)?.stop()
  await (await postgres)?.stop()
  redis = undefined
  postgres = undefined
}

async function nodeRedisTarget(library: Library, server: object): Promise<Target> {
  const { createClient } = require('redis') as typeof import('redis')
  const client = createClient({ url: (await redisServer()).url })
  client.on('error', () => {})
  await client.connect()
  // 5.x takes it only by its own adapter.
  const adapt = library.name.startsWith('5') && library.bullmq.createNodeRedisClient
  const target = makeTarget(library, server, adapt ? adapt(client as never) : client)
  return {
    ...target,
    close: async () => {
      await target.close()
      client.destroy()
    },
  }
}

type Closable = { close(): Promise<unknown> }

function makeTarget(library: Library, address: object, connection: unknown, factory?: unknown): Target {
  const { bullmq } = library
  const open: Closable[] = []
  const keep = <T extends Closable & { on(event: 'error', listener: () => void): unknown }>(made: T): T => {
    made.on('error', () => {})
    open.push(made)
    return made
  }
  const shared = { connection } as Bullmq.QueueOptions
  return {
    ...library,
    address,
    queue: (queue, opts) =>
      keep(new bullmq.Queue(queue, { ...shared, ...opts }, factory as never) as Bullmq.Queue),
    worker: (queue, processor, opts) => {
      const all = { ...shared, drainDelay: 1, ...opts }
      return keep(new bullmq.Worker(queue, processor as never, all, factory as never) as Bullmq.Worker)
    },
    queueEvents: (queue) => keep(new bullmq.QueueEvents(queue, shared, factory as never)),
    flowProducer: (opts) => keep(new bullmq.FlowProducer({ ...shared, ...opts }, factory as never)),
    close: async () => {
      for (const made of open.splice(0).reverse()) await made.close()
    },
  }
}
