import { BullMQOtel } from 'bullmq-otel'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startDoomedWorker } from './doomed-worker.ts'
import { request, uniqueQueue, until } from './request.ts'
import { attempts, openRig, type Rig } from './rig.ts'
import { stopServers, type TargetName } from './targets.ts'

const targets: readonly TargetName[] = [
  '6.7 on Redis',
  '6.7 on node-redis',
  '6.7 on PostgreSQL',
  '5.81',
  '5.21',
]

afterAll(stopServers)

const ofUs = { scope: '@clew/bullmq' }
const failed = { ...ofUs, severityNumber: 17, severityText: 'error', eventName: 'bullmq.job.failed' }
const stalled = {
  ...{ ...ofUs, severityNumber: 13, severityText: 'warn', eventName: 'bullmq.job.stalled' },
  exception: undefined,
}

describe.each(targets)('%s', (name) => {
  let rig: Rig
  let queueName: string
  beforeEach(async () => {
    rig = await openRig(name)
    queueName = uniqueQueue()
  })
  afterEach(() => rig.close())

  /** Until the record is there, without which the test times out. */
  const toldOf = (count: number) => expect.poll(() => rig.told.logs.length, { timeout: 20_000 }).toBe(count)

  test('a job whose attempts are used up is told of once, in its last attempt, before the listeners hear of it', async () => {
    const { target, spans, told } = rig
    const thrown = new RangeError('the bank is away')
    const toldBefore: number[] = []
    const done = until(() => toldBefore.length === 2)
    const worker = target.worker(queueName, async () => {
      throw thrown
    })
    worker.on('failed', () => {
      toldBefore.push(told.logs.length)
      done.look()
    })
    await request('maker', () =>
      target.queue(queueName).add('pay', {}, { jobId: 'mine', attempts: 2, delay: 5 }),
    )
    await done.done
    expect(toldBefore).toEqual([0, 1])
    const last = attempts(spans.spans)[1]
    expect(told.logs).toEqual([
      {
        ...failed,
        body: 'pay failed for good after 2 of 2 attempts',
        attributes: {
          request_id: 'maker',
          'messaging.destination.name': queueName,
          'messaging.message.id': 'mine',
          'bullmq.job.name': 'pay',
          'bullmq.job.attempt': 2,
          'bullmq.job.attempts_left': 0,
          'bullmq.job.delay_ms': 5,
        },
        traceId: last?.traceId,
        spanId: last?.spanId,
        exception: thrown,
      },
    ])
  })

  test('a job that says that trying again is of no use is told of, and what is moved on is not', async () => {
    const { target, told } = rig
    const { bullmq } = target
    const worker = target.worker(queueName, async (job, token) => {
      if (job.name === 'hopeless') throw new bullmq.UnrecoverableError('no such account')
      if (job.attemptsStarted > 1) return
      await job.moveToDelayed(Date.now() + 1, token)
      throw new bullmq.DelayedError()
    })
    let ended = 0
    const done = until(() => ended === 2)
    for (const event of ['completed', 'failed'] as const) {
      worker.on(event, () => {
        ended++
        done.look()
      })
    }
    await request('maker', async () => {
      const queue = target.queue(queueName)
      await queue.add('later', {})
      await queue.add('hopeless', {}, { attempts: 3 })
    })
    await done.done
    expect(told.logs.map(({ body, attributes }) => [body, attributes['bullmq.job.attempts_left']])).toEqual([
      ['hopeless failed for good after 1 of 3 attempts', 2],
    ])
  })

  test('a job of a killed worker is told of as stalled, in the chain of its maker', async () => {
    const { target, told } = rig
    const maker = await request('maker', async (span) => {
      await target.queue(queueName).add('pay', {}, { jobId: 'mine' })
      return span.spanContext()
    })
    await startDoomedWorker(target, queueName)
    target.worker(queueName, async () => {}, { stalledInterval: 100 })
    await toldOf(1)
    expect(told.logs).toEqual([
      {
        ...stalled,
        body: 'pay stalled: its worker no longer renews its lock',
        attributes: {
          request_id: 'maker',
          'messaging.destination.name': queueName,
          'messaging.message.id': 'mine',
          'bullmq.job.name': 'pay',
        },
        traceId: maker.traceId,
        spanId: maker.spanId,
      },
    ])
  })

  test('a job that stalls more often than it may is told of as failed for good', async () => {
    const { target, told } = rig
    await request('maker', () => target.queue(queueName).add('pay', {}, { jobId: 'mine' }))
    await startDoomedWorker(target, queueName)
    target.worker(queueName, async () => {}, { stalledInterval: 100, maxStalledCount: 0 })
    await expect
      .poll(() => told.logs.filter(({ eventName }) => eventName === failed.eventName), { timeout: 20_000 })
      .toHaveLength(1)
    const [record] = told.logs.filter(({ eventName }) => eventName === failed.eventName)
    expect(record).toMatchObject({
      ...failed,
      attributes: { request_id: 'maker', 'messaging.message.id': 'mine', 'bullmq.job.name': 'pay' },
      exception: { message: 'job stalled more than allowable limit' },
    })
  })
})

test('beside a telemetry adapter of the user, a job that failed for good is told of in the span of theirs', async () => {
  const rig = await openRig('6.7 on Redis')
  const { target, told, spans } = rig
  const queueName = uniqueQueue()
  const telemetry = new BullMQOtel()
  target.worker(
    queueName,
    async () => {
      throw new RangeError('no')
    },
    { telemetry },
  )
  await target.queue(queueName, { telemetry }).add('pay', {})
  await expect.poll(() => told.logs.length, { timeout: 20_000 }).toBe(1)
  await rig.close()
  const theirs = spans.spans.find(({ name }) => name === `process ${queueName}`)
  expect(told.logs.map(({ body, spanId }) => [body, spanId])).toEqual([
    ['pay failed for good after 1 of 1 attempts', theirs?.spanId],
  ])
})
