import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createRequire } from 'node:module'
import { activeContext, isTracingSuppressed, spanOf } from '@clew/core'
import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import type * as Bullmq from 'bullmq'
import type { Job } from 'bullmq'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { request, uniqueQueue, until } from './request.ts'
import { attempts as attemptsOf, openRig, type Rig } from './rig.ts'
import { tally } from './tally.ts'
import { postgresServer, redisServer, stopServers, type TargetName } from './targets.ts'

const require = createRequire(import.meta.url)

const targets: readonly TargetName[] = [
  '6.7 on Redis',
  '6.7 on node-redis',
  '6.7 on PostgreSQL',
  '5.81',
  '5.81 on node-redis',
  '5.21',
]

type Pg = {
  Client: {
    new (
      config: object,
    ): {
      connect(): Promise<unknown>
      query(text: string, values: string[]): Promise<unknown>
      end(): Promise<void>
    }
    prototype: { query(...args: unknown[]): unknown }
  }
}
type Client = { command(key: string): Promise<unknown>; connection: unknown; close(): Promise<unknown> }

afterAll(stopServers)

describe.each(targets)('%s', (name) => {
  let rig: Rig
  let client: Client
  let stopWatching: () => void
  /** What an instrumentation of the client would have made spans of: command and first argument. */
  const traced: string[] = []
  /** What the application asked for. */
  const asked: string[] = []
  const command = (key: string): Promise<unknown> => {
    asked.push(key)
    return client.command(key)
  }
  let all = 0

  const watch = (text: () => string): void => {
    all++
    const active = activeContext()
    if (spanOf(active) && !isTracingSuppressed(active)) traced.push(text())
  }

  beforeEach(async () => {
    traced.length = 0
    asked.length = 0
    all = 0
    // One client for BullMQ and the application: only the context can tell their commands apart.
    client = await openClient(name)
    stopWatching = await watchCommands(name, watch)
    rig = await openRig(name, {}, undefined, client.connection)
  })
  afterEach(async () => {
    await rig.close()
    stopWatching()
    await client.close()
  })

  test('of all commands only those of the application itself would become spans', async () => {
    const { target, spans } = rig
    const queueName = uniqueQueue()
    const own = uniqueQueue()
    const jobs = 20
    // On PostgreSQL BullMQ's own statements deadlock now and then, and the attempt that made them fails.
    const attempts = 20
    const queue = target.queue(queueName)
    const manualQueue = target.queue(own)
    const scheduled = target.queue(uniqueQueue())
    await Promise.all([queue.waitUntilReady(), manualQueue.waitUntilReady(), scheduled.waitUntilReady()])
    let [completed, started] = [0, 0]
    const done = until(() => completed === jobs)

    // The constructors of 5.x duplicate the client and write themselves, where no wrap reaches.
    const inRequestOn6 = <T>(work: () => T): T =>
      name.startsWith('6') ? work() : context.with(ROOT_CONTEXT, work)

    await request('maker', async () => {
      const worker = inRequestOn6(() =>
        target.worker(
          queueName,
          async (job: Job) => {
            started++
            await command(`user:${job.name}`)
            await job.updateProgress(1)
            await job.log('line')
            await job.updateData({ a: 1 })
            await job.getState()
            await job.getChildrenValues()
            await job.getDependencies()
            await job.isFailed()
            await command(`user:${job.name}`)
            if (job.attemptsMade === 0) throw new Error('again')
          },
          {
            ...{ concurrency: 5, stalledInterval: 100, maxStalledCount: attempts },
            ...{ lockDuration: 30_000, lockRenewTime: 50 },
          },
        ),
      )
      worker.on('completed', async () => {
        await command('user:event')
        completed++
        done.look()
      })
    })

    await request('adder', async () => {
      await command('user:add')
      for (let n = 0; n < jobs / 2; n++)
        await queue.add('one', { n }, { attempts, backoff: { type: 'fixed', delay: 5 } })
      await queue.addBulk(
        Array.from({ length: jobs / 4 }, () => ({ name: 'many', data: {}, opts: { attempts } })),
      )
      const leaf = { name: 'flow', queueName, opts: { attempts } }
      const tree = await target.flowProducer().add({ ...leaf, children: Array(jobs / 4 - 1).fill(leaf) })
      await target.flowProducer().getFlow({ id: String(tree.job.id), queueName })
      await queue.getJob(String(tree.job.id))
      await queue.getJobCounts()
      await queue.getJobs(['waiting', 'active'])
      await queue.getJobLogs(String(tree.job.id))
      await queue.getMetrics('completed')
      await queue.getWorkers()
      await queue.getVersion()
      await queue.setGlobalConcurrency(50)
      await queue.isPaused()
      if (name !== '6.7 on PostgreSQL') await queue.trimEvents(1000)
      await scheduled.upsertJobScheduler('later', { every: 3_600_000 }, { name: 'later' })
      await scheduled.getJobSchedulers()
      await scheduled.removeJobScheduler('later')
      await command('user:add')
    })
    await done.done

    await request('by hand', async () => {
      const queue = manualQueue
      await queue.add('manual', {})
      const worker = await inRequestOn6(() => target.worker(own, null, { autorun: false }))
      const job = (await worker.getNextJob('t')) as Job
      await command('user:manual')
      await job.moveToCompleted('x', 't', false)
      await queue.pause()
      await queue.resume()
      await queue.drain()
      await queue.clean(0, 10, 'completed')
    })

    expect(all).toBeGreaterThan(jobs * 10)
    expect(tally(traced)).toEqual(tally(asked))
    expect(started).toBeGreaterThanOrEqual(jobs * 2)
    expect(asked.length).toBeGreaterThanOrEqual(jobs * 5 + 3)
    expect(attemptsOf(spans.spans).length).toBe(started + 1)
    expect(tally(spans.spans.map((span) => span.name.replace(/ .*/, '')))).toEqual({
      process: started + 1,
      maker: 1,
      adder: 1,
      by: 1,
    })
  })
})

async function openClient(name: TargetName): Promise<Client> {
  if (name === '6.7 on PostgreSQL') {
    const pg = require('pg') as Pg
    // No pool: without its instrumentation one runs a query that waited in the context that released a client.
    const single = new pg.Client({ connectionString: (await postgresServer()).url })
    let before: Promise<unknown> = single.connect()
    return {
      command: (key) => {
        const answer = before.then(() => single.query('SELECT $1::text', [key]))
        before = answer
        return answer
      },
      connection: undefined,
      close: () => single.end(),
    }
  }
  const { url } = await redisServer()
  if (name.endsWith('node-redis')) {
    const { createClient } = require('redis') as typeof import('redis')
    const client = createClient({ url })
    client.on('error', () => {})
    await client.connect()
    // 5.x takes it only by its own adapter.
    const adapt =
      name.startsWith('5') && (require(require.resolve('bullmq5')) as typeof Bullmq).createNodeRedisClient
    return {
      command: (key) => client.get(key),
      connection: adapt ? adapt(client as never) : client,
      close: async () => client.destroy(),
    }
  }
  const bullmq = { '6.7 on Redis': 'bullmq', '5.81': 'bullmq5', '5.21': 'bullmq-floor' }[name as '5.81']
  const { Redis } = createRequire(require.resolve(bullmq))('ioredis') as typeof import('ioredis')
  const client = new Redis(url, { maxRetriesPerRequest: null })
  return { command: (key) => client.get(key), connection: client, close: async () => client.disconnect() }
}

type Watch = (text: () => string) => void

async function watchCommands(name: TargetName, watch: Watch): Promise<() => void> {
  if (name === '6.7 on PostgreSQL') return watchQueries(watch)
  const channels = ['ioredis:command', 'node-redis:command', 'ioredis:batch', 'node-redis:batch'].map(
    (channel) => `tracing:${channel}:start`,
  )
  const onMessage = (message: unknown): void => {
    const { command, args } = message as { command?: string; args?: unknown[] }
    watch(() => {
      const key = args?.find((arg) => String(arg).startsWith('user:'))
      return key ? String(key) : `${command} ${String(args?.[0])}`
    })
  }
  for (const channel of channels) subscribe(channel, onMessage)
  return () => {
    for (const channel of channels) unsubscribe(channel, onMessage)
  }
}

function watchQueries(watch: Watch): () => void {
  const { Client } = require('pg') as Pg
  const original = Client.prototype.query
  Client.prototype.query = function (this: object, ...args: unknown[]) {
    watch(() => {
      const values = (args[1] ?? (args[0] as { values?: unknown }).values) as unknown[] | undefined
      return typeof values?.[0] === 'string' && values[0].startsWith('user:')
        ? values[0]
        : JSON.stringify(args[0])
    })
    return original.apply(this, args)
  }
  return () => {
    Client.prototype.query = original
  }
}
