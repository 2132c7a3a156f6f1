import type { Job } from 'bullmq'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { log, request, uniqueQueue, until, yieldTurn } from './request.ts'
import { type Given, openRig, type Rig } from './rig.ts'
import { openSlowAnswers } from './slow-answers.ts'
import { stopServers, type TargetName } from './targets.ts'

const targets: readonly TargetName[] = [
  '6.7 on Redis',
  '6.7 on node-redis',
  '6.7 on PostgreSQL',
  '5.81',
  '5.21',
]
const eventNames = ['added', 'waiting', 'active', 'progress', 'completed'] as const

afterAll(stopServers)

describe.each(targets)('%s', (name) => {
  let rig: Rig
  afterEach(() => rig.close())

  /** Adds jobs without QueueEvents in the process, as if another process had, and then watches them. */
  async function watchForeignJobs(given: Given) {
    const queueName = uniqueQueue()
    rig = await openRig(name, given)
    const { target, logs } = rig
    const queue = target.queue(queueName)
    const makers = new Map<string, string>()
    for (let n = 0; n < 20; n++) {
      await request(`r${n}`, async (span) => {
        makers.set(String((await queue.add('work', { n })).id), span.spanContext().traceId)
      })
    }
    const events = target.queueEvents(queueName)
    await events.waitUntilReady()
    let completed = 0
    let worked = 0
    // On PostgreSQL BullMQ can lose events of jobs that change at the same time, with and without us.
    const lossless = name !== '6.7 on PostgreSQL'
    const done = until(() => worked === 20 && (lossless ? completed === 20 : completed > 0))
    for (const event of eventNames) {
      events.on(event as 'completed', ({ jobId }) => {
        log(event, { jobId })
        if (event === 'completed') completed++
        done.look()
      })
    }
    const worker = target.worker(
      queueName,
      async (job: Job) => {
        await job.updateProgress(1)
        await yieldTurn()
      },
      { concurrency: 2 },
    )
    worker.on('completed', () => {
      worked++
      done.look()
    })
    await done.done
    const ofCompletion = logs.logs.filter(({ body }) => body === 'completed').length
    expect(ofCompletion).toBe(lossless ? 20 : completed)
    return { logs: logs.logs, makers, queueName }
  }

  test('QueueEvents are in the trace of jobs that another process added', async () => {
    const { logs, makers } = await watchForeignJobs({})
    const wrong = logs.filter(({ traceId, attributes }) => traceId !== makers.get(String(attributes.jobId)))
    expect(wrong).toEqual([])
  })

  test('without lookup, they have no trace, but queue and job', async () => {
    const { logs, queueName } = await watchForeignJobs({ lookup: false })
    const wrong = logs.filter(
      ({ traceId, attributes }) =>
        traceId !== undefined ||
        attributes['messaging.message.id'] !== attributes.jobId ||
        attributes['messaging.destination.name'] !== queueName,
    )
    expect(wrong).toEqual([])
  })
})

test('a listener that throws meets the error event in the context of its job', async () => {
  const rig = await openRig('6.7 on Redis')
  const { target, logs, spans } = rig
  const queueName = uniqueQueue()
  const worker = target.worker(queueName, async () => {})
  worker.on('completed', () => {
    throw new Error('listener')
  })
  const done = until(() => logs.logs.length === 1)
  worker.on('error', () => {
    log('error')
    done.look()
  })
  await request('maker', () => target.queue(queueName).add('work', {}))
  await done.done
  const attempt = spans.spans.find(({ kind }) => kind === 'consumer')
  expect(logs.logs.map(({ spanId }) => spanId)).toEqual([attempt?.spanId])
  await rig.close()
})

describe.each(['6.7 on Redis', '5.81', '5.21'] as const)('%s, own jobs', (name) => {
  let rig: Rig
  afterEach(() => rig.close())

  test('an event that comes before the answer to the add is in the trace of its maker', async () => {
    rig = await openRig(name)
    const slow = await openSlowAnswers(200)
    const { target, logs } = rig
    const queueName = uniqueQueue()
    const queue = target.queue(queueName, { connection: slow.connection })
    const events = target.queueEvents(queueName)
    await Promise.all([queue.waitUntilReady(), events.waitUntilReady()])
    const done = until(() => logs.logs.length === 3)
    events.on('completed', ({ jobId }) => {
      log('completed', { jobId })
      done.look()
    })
    target.worker(queueName, async () => {})
    const makers = await request('maker', async (span) => {
      await Promise.all([
        queue.add('single', {}),
        queue.addBulk([
          { name: 'bulk', data: {} },
          { name: 'bulk', data: {}, opts: { jobId: 'chosen' } },
        ]),
      ])
      return span.spanContext().traceId
    })
    await done.done
    expect(logs.logs.map(({ traceId }) => traceId)).toEqual([makers, makers, makers])
    slow.close()
  })

  test('an event that says nothing of the attempt makes no record that does', async () => {
    rig = await openRig(name)
    const { target, logs } = rig
    const queueName = uniqueQueue()
    const events = target.queueEvents(queueName)
    await events.waitUntilReady()
    const done = until(() => logs.logs.length === 1)
    events.on('completed', () => {
      log('completed')
      done.look()
    })
    target.worker(queueName, async ({ attemptsMade }) => {
      if (attemptsMade < 1) throw new Error('not yet')
    })
    await request('maker', () => target.queue(queueName).add('work', {}, { attempts: 2, jobId: 'mine' }))
    await done.done
    expect(logs.logs.map(({ attributes }) => attributes)).toEqual([
      {
        request_id: 'maker',
        'messaging.destination.name': queueName,
        'messaging.message.id': 'mine',
        'bullmq.job.name': 'work',
      },
    ])
  })
})
