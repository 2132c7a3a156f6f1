import { createRequire } from 'node:module'
import { startInstrumentation } from '@clew/core'
import { redisInstrumentation } from '@clew/redis'
import type { RecordedSpan } from '@clew/testing'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { request, uniqueQueue, until } from './request.ts'
import { openRig, type Rig } from './rig.ts'
import { redisServer, stopServers, type TargetName } from './targets.ts'

const { createClient } = createRequire(import.meta.url)('redis') as typeof import('redis')
type Client = { get(key: string): Promise<unknown>; connect(): Promise<unknown>; destroy(): void }

const stop = startInstrumentation(redisInstrumentation)
afterAll(async () => {
  stop()
  await stopServers()
})

const targets: readonly TargetName[] = ['6.7 on node-redis', '5.81 on node-redis']

describe.each(targets)('%s beside @clew/redis', (name) => {
  let rig: Rig
  let client: Client
  beforeEach(async () => {
    client = createClient({ url: (await redisServer()).url }) as unknown as Client
    await client.connect()
    rig = await openRig(name)
  })
  afterEach(async () => {
    await rig.close()
    client.destroy()
  })

  test('a job is below the request that added it, and of all commands only those of the application are spans', async () => {
    const queueName = uniqueQueue()
    const queue = rig.target.queue(queueName)
    const jobs = 20
    let completed = 0
    const all = until(() => completed === jobs)
    const worker = rig.target.worker(
      queueName,
      async (job) => {
        await client.get(`user:${job.data.n}`)
        await job.updateProgress(50)
        if (job.attemptsMade === 0) throw new Error('again')
      },
      { concurrency: 5, stalledInterval: 100, lockRenewTime: 50 },
    )
    worker.on('completed', () => {
      completed++
      all.look()
    })
    await Promise.all(
      Array.from({ length: jobs }, (_, n) =>
        request(`request ${n}`, async () => {
          await queue.add('one', { n }, { attempts: 2 })
        }),
      ),
    )
    await all.done

    const { spans } = rig.spans
    const byId = new Map(spans.map((span) => [span.spanId, span]))
    const chainOf = ({ name: own, parentSpanId }: RecordedSpan): string => {
      const parent = byId.get(parentSpanId ?? '')
      return parent ? `${chainOf(parent)} > ${own}` : own
    }
    const expected = Array.from({ length: jobs }, (_, n) => {
      const attempt = `request ${n} > process ${queueName}`
      return [`request ${n}`, attempt, attempt, `${attempt} > GET`, `${attempt} > GET`]
    })
    expect(spans.map(chainOf).sort()).toEqual(expected.flat().sort())
  })
})
