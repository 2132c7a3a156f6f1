import { createRequire } from 'node:module'
import { startInstrumentation } from '@clew/core'
import { recordSpans, type SpanRecorder } from '@clew/testing'
import type { Job } from 'bullmq'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bullmqInstrumentation } from '../src/index.ts'
import { request, uniqueQueue, until } from './request.ts'
import { openTarget, redisServer, stopServers, type Target, type TargetName } from './targets.ts'

const { Redis } = createRequire(import.meta.url)('ioredis') as typeof import('ioredis')
const targets: readonly TargetName[] = ['6.7 on Redis', '5.81', '5.21']

afterAll(stopServers)

/** Runs the same work with and without the instrumentation. */
async function withAndWithout<T>(name: TargetName, work: (target: Target) => Promise<T>): Promise<[T, T]> {
  const outcomes: T[] = []
  for (const start of [() => startInstrumentation(bullmqInstrumentation), () => () => {}]) {
    const stop = start()
    const target = await openTarget(name)
    outcomes.push(await request('maker', () => work(target)))
    await target.close()
    stop()
  }
  return outcomes as [T, T]
}

describe.each(targets)('on %s, with and without us', (name) => {
  let spans: SpanRecorder
  beforeEach(() => {
    spans = recordSpans()
  })
  afterEach(() => spans.stop())

  test('the jobs of frozen options and data are the same, but for the metadata', async () => {
    const redis = new Redis((await redisServer()).url)
    const opts = Object.freeze({ attempts: 2, backoff: Object.freeze({ type: 'fixed', delay: 1 }) })
    const traced: boolean[] = []
    const [withUs, without] = await withAndWithout(name, async (target) => {
      const queueName = uniqueQueue()
      const node = (job: string, children: object[]) =>
        Object.freeze({ name: job, queueName, data: { a: job }, opts, children: Object.freeze(children) })
      const queue = target.queue(queueName)
      const job = await queue.add('one', Object.freeze({ a: 1 }), opts)
      const many = Object.freeze([Object.freeze({ name: 'b', data: { a: 2 }, opts })])
      const [bulk] = await queue.addBulk(many as never)
      const tree = await target.flowProducer().add(node('root', [node('leaf', [])]) as never)
      const returned = [job, bulk, tree.job, tree.children?.[0]?.job].map((made) => made && describeJob(made))

      const keys = (await redis.keys(`bull:${queueName}:*`)).filter((key) =>
        /:(\d+|[0-9a-f-]{36})$/.test(key),
      )
      const stored = await Promise.all(
        keys.map(async (key) => {
          const hash = await redis.hgetall(key)
          const { tm, parent, ...rest } = JSON.parse(String(hash.opts))
          traced.push(tm !== undefined)
          return { fields: Object.keys(hash).sort(), name: hash.name, data: hash.data, opts: rest }
        }),
      )
      return { returned, stored: stored.toSorted((a, b) => String(a.name).localeCompare(String(b.name))) }
    })
    expect(withUs).toEqual(without)
    expect(traced).toEqual([...Array(4).fill(true), ...Array(4).fill(false)])
    redis.disconnect()
  })

  test('a processor sees the same job, and listeners the same result and the same error object', async () => {
    const [withUs, without] = await withAndWithout(name, async (target) => {
      const queueName = uniqueQueue()
      const thrown = Object.freeze(new RangeError('no'))
      const seen: unknown[] = []
      const done = until(() => seen.length === 4)
      const see = (what: unknown): void => {
        seen.push(what)
        done.look()
      }
      const queue = target.queue(queueName)
      await queue.add('good', { a: 1 })
      await queue.add('bad', { a: 2 })
      const worker = target.worker(queueName, async (job: Job) => {
        see(describeJob(job))
        if (job.name === 'bad') throw thrown
        return { b: 1 }
      })
      worker.on('completed', (job, result) => see([job.returnvalue, result]))
      worker.on('failed', (job, error) => see([job?.failedReason, error === (thrown as Error)]))
      await done.done
      return seen
    })
    expect(withUs).toEqual(without)
  })

  test('an add that is refused rejects with the same error', async () => {
    const [withUs, without] = await withAndWithout(name, async (target) => {
      const queueName = uniqueQueue()
      await target.queueEvents(queueName).waitUntilReady()
      const queue = target.queue(queueName)
      const tries = [
        () => queue.add('x', {}, { sizeLimit: 1 }),
        () => queue.add('x', {}, { priority: 1.5 }),
        () => queue.addBulk(undefined as never),
        () => queue.upsertJobScheduler('s', { every: 5, pattern: '* * * * *' }),
      ]
      return Promise.all(
        tries.map(async (add) => {
          try {
            return await add()
          } catch (error) {
            return String(error)
          }
        }),
      )
    })
    expect(withUs).toEqual(Array(4).fill(expect.any(String)))
    expect(withUs).toEqual(without)
  })
})

test('a thenable of the processor is asked once', async () => {
  const spans = recordSpans()
  const asked = await withAndWithout('6.7 on Redis', async (target) => {
    const queueName = uniqueQueue()
    let count = 0
    // A query of knex is like this: each `then` runs it.
    const query = {
      // biome-ignore lint/suspicious/noThenProperty: it is what is tested
      then: (resolve: (rows: number) => void) => {
        count++
        resolve(7)
      },
    }
    const worker = target.worker(queueName, (() => query) as never)
    const completed = new Promise((resolve) => worker.on('completed', (_, result) => resolve(result)))
    await target.queue(queueName).add('x', {})
    return [await completed, count]
  })
  expect(asked).toEqual([
    [7, 1],
    [7, 1],
  ])
  spans.stop()
})

function describeJob(job: Job): object {
  const { telemetry, tm, parent, ...opts } = job.opts as Record<string, unknown>
  return {
    keys: Object.keys(job).sort(),
    name: job.name,
    data: job.data,
    opts,
    hasParent: parent !== undefined,
  }
}
