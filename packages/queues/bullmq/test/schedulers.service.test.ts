import { setKeptTraces } from '@clew/core'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { log, request, uniqueQueue } from './request.ts'
import { attempts, openRig, type Rig } from './rig.ts'
import { stopServers, type TargetName } from './targets.ts'

const targets: readonly TargetName[] = ['6.7 on Redis', '6.7 on PostgreSQL', '5.81', '5.21']

afterAll(stopServers)

describe.each(targets)('%s', (name) => {
  let rig: Rig
  let queueName: string
  beforeEach(async () => {
    rig = await openRig(name)
    queueName = uniqueQueue()
  })
  afterEach(() => rig.close())

  test('each run of a scheduler is a trace of its own with a link to its maker, and the template stays clean', async () => {
    const { target, spans } = rig
    const queue = target.queue(queueName)
    const children = uniqueQueue()
    const childQueue = target.queue(children)
    target.worker(children, async () => log('child'))
    const maker = await request('maker', async (span) => {
      await queue.upsertJobScheduler(
        'tick',
        { every: 60 },
        { name: 'tick', data: { a: 1 }, opts: { attempts: 2 } },
      )
      return span.spanContext()
    })
    target.worker(queueName, async () => {
      await childQueue.add('child', {})
    })
    const ofQueue = (queueOfSpan: string) =>
      attempts(spans.spans).filter(
        ({ attributes }) => attributes['messaging.destination.name'] === queueOfSpan,
      )
    await spans.waitFor(() => ofQueue(queueName).length >= 3 && ofQueue(children).length >= 3)
    const [scheduler] = await queue.getJobSchedulers()
    await queue.removeJobScheduler('tick')

    const runs = ofQueue(queueName).slice(0, 3)
    expect(new Set([maker.traceId, ...runs.map(({ traceId }) => traceId)]).size).toBe(4)
    expect(
      runs.map(({ parentSpanId, links, attributes }) => [
        parentSpanId,
        links,
        attributes['bullmq.scheduler.id'],
      ]),
    ).toEqual(Array(3).fill([undefined, [{ traceId: maker.traceId, spanId: maker.spanId }], 'tick']))
    const below = ofQueue(children).slice(0, 3)
    expect(below.map(({ parentSpanId }) => parentSpanId).sort()).toEqual(
      runs.map(({ spanId }) => spanId).sort(),
    )
    if (name !== '5.21') expect(scheduler?.template).toEqual({ data: { a: 1 }, opts: { attempts: 2 } })
    expect(
      spans.spans.map((span) => span.name).filter((spanName) => !spanName.startsWith('process')),
    ).toEqual(['maker'])
  })

  test('a mark of the trace that made them goes with a job, and with no run of a scheduler or of a job that repeats', async () => {
    const { target, spans } = rig
    const queue = target.queue(queueName)
    const taken: string[] = []
    const stop = setKeptTraces({
      keep: () => true,
      markOf: () => 'm',
      takeMark: (traceId, _, from) => void taken.push(`${from} ${traceId}`),
    })
    const maker = await request('maker', async (span) => {
      await queue.upsertJobScheduler('tick', { every: 60 }, { name: 'tick' })
      // Version 6 has schedulers alone.
      if (name.startsWith('5')) await queue.add('again', {}, { repeat: { every: 60, limit: 3 } } as never)
      await queue.add('once', {})
      return span.spanContext()
    })
    target.worker(queueName, async () => {})
    const runs = (job: string) =>
      attempts(spans.spans).filter(({ attributes }) => attributes['bullmq.job.name'] === job).length
    await spans.waitFor(
      () => runs('tick') >= 3 && runs('again') >= (name.startsWith('5') ? 2 : 0) && runs('once') === 1,
    )
    await queue.removeJobScheduler('tick')
    stop()
    expect(taken).toEqual([`job ${maker.traceId}`])
  })
})
