import { getFields } from '@clew/core'
import type { Job } from 'bullmq'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { log, request, uniqueQueue, until } from './request.ts'
import { attempts, openRig, type Rig } from './rig.ts'
import { tally } from './tally.ts'
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

  const finished = (count: number) => rig.spans.waitFor((spans) => attempts(spans).length >= count)

  test('every job of a flow, of a bulk and of a bulk of flows is a child of the request, options or not', async () => {
    const { target, spans } = rig
    const node = (child: string, children?: object[]) => ({
      name: child,
      queueName,
      data: { child },
      ...(children && { children }),
    })
    const maker = await request('maker', async (span) => {
      const producer = target.flowProducer()
      await producer.add(
        node('root', [{ ...node('left', [node('leaf')]), opts: { attempts: 2 } }, node('right')]) as never,
      )
      await producer.addBulk([node('second', [node('below')]), node('third')] as never)
      await target.queue(queueName).addBulk([
        { name: 'b1', data: 1 },
        { name: 'b2', data: 2, opts: { delay: 20 } },
      ])
      return span.spanContext()
    })
    target.worker(queueName, async () => {}, { concurrency: 4 })
    await finished(9)
    const seen = attempts(spans.spans).map(({ attributes, parentSpanId, traceId }) => ({
      job: attributes['bullmq.job.name'],
      hasParent: attributes['bullmq.job.parent'] !== undefined,
      parentSpanId,
      traceId,
    }))
    const expected = ['root', 'left', 'leaf', 'right', 'second', 'below', 'third', 'b1', 'b2'].map((job) => ({
      job,
      hasParent: ['left', 'leaf', 'right', 'below'].includes(job),
      parentSpanId: maker.spanId,
      traceId: maker.traceId,
    }))
    expect(tally(seen)).toEqual(tally(expected))
  })

  test('a job that is moved on is not failed; its attempts are siblings, its new child lies under the attempt', async () => {
    const { target, spans } = rig
    const { bullmq } = target
    const queue = target.queue(queueName)
    target.worker(
      queueName,
      async (job: Job, token?: string) => {
        if (job.attemptsStarted > 1 || job.name === 'child') return
        if (job.name === 'later') {
          await job.moveToDelayed(Date.now() + 10, token)
          throw new bullmq.DelayedError()
        }
        const parent = { id: String(job.id), queue: job.queueQualifiedName }
        // Delayed, as 5.21 can forget a parent whose child ends while the parent moves (so also without us).
        await queue.add('child', {}, { parent, delay: 30 })
        if (await job.moveToWaitingChildren(String(token))) throw new bullmq.WaitingChildrenError()
      },
      { concurrency: 2 },
    )
    const maker = await request('maker', async (span) => {
      await queue.add('later', {})
      await queue.add('waits', {})
      return span.spanContext()
    })
    await finished(5)
    const all = attempts(spans.spans)
    const firstWait = all.find(
      ({ attributes }) =>
        attributes['bullmq.job.name'] === 'waits' && attributes['bullmq.job.outcome'] === 'waiting-children',
    )
    const seen = all.map(({ attributes, parentSpanId, status, events }) => ({
      job: attributes['bullmq.job.name'],
      attempt: attributes['bullmq.job.attempt'],
      made: attributes['bullmq.job.attempts_made'],
      outcome: attributes['bullmq.job.outcome'],
      parentSpanId,
      status,
      events,
    }))
    const ok = { status: 'unset', events: [], parentSpanId: maker.spanId, made: 0, outcome: undefined }
    expect(tally(seen)).toEqual(
      tally([
        { ...ok, job: 'later', attempt: 1, outcome: 'delayed' },
        { ...ok, job: 'later', attempt: 2 },
        { ...ok, job: 'waits', attempt: 1, outcome: 'waiting-children' },
        { ...ok, job: 'waits', attempt: 2 },
        { ...ok, job: 'child', attempt: 1, parentSpanId: firstWait?.spanId },
      ]),
    )
  })

  test('a rate limit is no failure', async () => {
    const { target, spans } = rig
    const queue = target.queue(queueName)
    const worker = target.worker(
      queueName,
      async (job: Job) => {
        if (job.attemptsStarted > 1) return
        await worker.rateLimit(20)
        throw target.bullmq.Worker.RateLimitError()
      },
      { limiter: { max: 100, duration: 1000 } },
    )
    await request('maker', () => queue.add('limited', {}))
    await finished(2)
    expect(
      attempts(spans.spans).map(({ status, attributes }) => [status, attributes['bullmq.job.outcome']]),
    ).toEqual([
      ['unset', 'rate-limited'],
      ['unset', undefined],
    ])
  })

  test('a job fetched by hand has a span afterwards; withJob gives its code the context, too', async () => {
    const { target, spans, logs } = rig
    const { withJob } = await import('../src/index.ts')
    const queue = target.queue(queueName)
    const worker = target.worker(queueName, null, { autorun: false })
    const maker = await request('maker', async (span) => {
      for (const job of ['bare', 'bare-failed', 'with', 'with-failed']) await queue.add(job, {})
      return span.spanContext()
    })
    await request('other', async () => {
      const bare = (await worker.getNextJob('t')) as Job
      await bare.moveToCompleted('done', 't', false)
      const failed = (await worker.getNextJob('t')) as Job
      await failed.moveToFailed(new TypeError('no'), 't', false)
      const third = (await worker.getNextJob('t')) as Job
      const result = await withJob(third, async () => {
        log('in withJob', getFields())
        await third.moveToCompleted('done', 't', false)
        return 'result'
      })
      expect(result).toBe('result')
      const fourth = (await worker.getNextJob('t')) as Job
      await withJob(fourth, () => fourth.moveToFailed(new RangeError('no'), 't', false))
    })
    const all = attempts(spans.spans)
    expect(
      all.map(({ parentSpanId, status, attributes }) => [
        parentSpanId,
        attributes['bullmq.job.name'],
        status,
        attributes['error.type'],
      ]),
    ).toEqual([
      [maker.spanId, 'bare', 'unset', undefined],
      [maker.spanId, 'bare-failed', 'error', 'TypeError'],
      [maker.spanId, 'with', 'unset', undefined],
      [maker.spanId, 'with-failed', 'error', 'RangeError'],
    ])
    expect(logs.logs.map(({ spanId, attributes }) => [spanId, attributes])).toEqual([
      [
        all[2]?.spanId,
        {
          'messaging.destination.name': queueName,
          'messaging.message.id': all[2]?.attributes['messaging.message.id'],
          'bullmq.job.name': 'with',
          'bullmq.job.attempt': 1,
          'bullmq.job.attempts_left': 0,
          'bullmq.job.wait_ms': all[2]?.attributes['bullmq.job.wait_ms'],
          request_id: 'maker',
        },
      ],
    ])
    expect(spans.open()).toBe(0)
  })

  test('a backoff strategy of the user runs in the context of the failed attempt', async () => {
    const { target, spans, logs } = rig
    const queue = target.queue(queueName)
    const strategy = (made: number, _type?: string, _error?: Error, job?: { id?: string }): number => {
      log('backoff', { made, job: job?.id })
      return 1
    }
    target.worker(
      queueName,
      async (job: Job) => {
        if (job.attemptsMade < 1) throw new Error('again')
      },
      { settings: { backoffStrategy: strategy } },
    )
    await request('maker', () => queue.add('work', {}, { attempts: 2, backoff: { type: 'mine' } }))
    await finished(2)
    expect(logs.logs.map(({ spanId }) => spanId)).toEqual([attempts(spans.spans)[0]?.spanId])
  })

  test('the waiting event is in the context of who adds; stalled has queue and job, drained nothing', async () => {
    const { target, logs, spans } = rig
    const queue = target.queue(queueName)
    queue.on('waiting', (job) => log('waiting', { waits: job.name }))
    const stalled = until(() => logs.logs.some(({ body }) => body === 'stalled'))
    const drained = until(() => logs.logs.some(({ body }) => body === 'drained'))
    const maker = await request('maker', async (span) => {
      const job = await queue.add('work', {})
      // A worker that takes a job and never returns, made within a request like the one that finds it.
      const gone = target.worker(queueName, null, { autorun: false, lockDuration: 50 })
      await gone.getNextJob('t')
      const worker = target.worker(queueName, async () => {}, { stalledInterval: 100 })
      worker.on('stalled', (id) => {
        log('stalled', { id })
        stalled.look()
      })
      worker.on('drained', () => {
        log('drained')
        drained.look()
      })
      return { ...span.spanContext(), id: job.id }
    })
    await stalled.done
    await drained.done
    await finished(1)
    const first = (body: string) => {
      const found = logs.logs.find((record) => record.body === body)
      return [found?.traceId, found?.attributes]
    }
    expect([first('waiting'), first('stalled'), first('drained')]).toEqual([
      [maker.traceId, { waits: 'work', request_id: 'maker' }],
      [
        undefined,
        { id: maker.id, 'messaging.destination.name': queueName, 'messaging.message.id': maker.id },
      ],
      [undefined, {}],
    ])
    expect(attempts(spans.spans).map(({ parentSpanId }) => parentSpanId)).toEqual([maker.spanId])
  })

  test('the id of an older job brings its own request to QueueEvents, not that of the later adder', async () => {
    const { target, logs } = rig
    const queue = target.queue(queueName)
    const events = target.queueEvents(queueName)
    await events.waitUntilReady()
    const first = await request('first', async (span) => {
      await queue.add('work', {}, { jobId: 'same' })
      return span.spanContext()
    })
    await request('second', () => queue.add('work', {}, { jobId: 'same' }))
    const done = until(() => logs.logs.length > 0)
    events.on('completed', ({ jobId }) => {
      log('completed', { jobId })
      done.look()
    })
    target.worker(queueName, async () => {})
    await done.done
    expect(logs.logs.map(({ traceId, attributes }) => [traceId, attributes.request_id])).toEqual([
      [first.traceId, 'first'],
    ])
  })
})
