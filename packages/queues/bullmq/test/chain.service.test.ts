import { startInstrumentation } from '@clew/core'
import { type LogRecorder, recordLogs, recordSpans, type SpanRecorder } from '@clew/testing'
import type { Job } from 'bullmq'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bullmqInstrumentation } from '../src/index.ts'
import { log, request, uniqueQueue, until, yieldTurn } from './request.ts'
import { tally } from './tally.ts'
import { allTargets, openTarget, stopServers, type Target } from './targets.ts'

const stop = startInstrumentation(bullmqInstrumentation)
let spans: SpanRecorder
let logs: LogRecorder

beforeAll(() => {
  spans = recordSpans()
  logs = recordLogs()
})
afterAll(async () => {
  logs.stop()
  spans.stop()
  stop()
  await stopServers()
})

describe.each(allTargets)('%s', (name) => {
  let target: Target
  beforeEach(async () => {
    spans.clear()
    logs.clear()
    target = await openTarget(name)
  })
  afterEach(() => target.close())

  test('interleaved requests, retries and events each stay in the trace of their own request', async () => {
    const queueName = uniqueQueue()
    const requests = 300
    const retried = (n: number): boolean => n % 4 === 0
    const traces = new Map<number, string>()
    const parents = new Map<number, string>()
    const numbers = new Map<string, number>()
    const queue = target.queue(queueName)
    let completed = 0
    let seen = 0
    // On PostgreSQL BullMQ loses events for QueueEvents when jobs are added concurrently, with and without us.
    const allEvents = name !== '6.7 on PostgreSQL'
    const finished = until(() => completed === requests && (seen === requests || !allEvents))

    // Made within a request on purpose: it lives longer, and must not leak.
    await request('maker', async () => {
      const events = target.queueEvents(queueName)
      events.on('completed', ({ jobId }) => {
        log('queue-events', { n: numbers.get(jobId) })
        seen++
        finished.look()
      })
      await events.waitUntilReady()
      const worker = target.worker(
        queueName,
        async (job: Job) => {
          const { n } = job.data as { n: number }
          log('start', { n })
          await yieldTurn()
          log('middle', { n })
          await job.updateProgress(50)
          await yieldTurn()
          log('end', { n })
          if (retried(n) && job.attemptsMade === 0) throw new RangeError(`no ${n}`)
        },
        { concurrency: 20 },
      )
      for (const event of ['active', 'progress', 'failed'] as const) {
        worker.on(event, (job: Job | undefined) => log(event, { n: job?.data.n }))
      }
      worker.on('completed', (job) => {
        log('completed', { n: job.data.n })
        completed++
        finished.look()
      })
    })

    await Promise.all(
      Array.from({ length: requests }, async (_, n) => {
        await yieldTurn()
        await request(`r${n}`, async (span) => {
          traces.set(n, span.spanContext().traceId)
          parents.set(n, span.spanContext().spanId)
          await yieldTurn()
          const job = await queue.add('work', { n }, { attempts: 2 })
          numbers.set(String(job.id), n)
          log('added', { n })
        })
      }),
    )
    await finished.done

    const wrong = logs.logs.filter(
      ({ attributes, traceId }) => traceId !== traces.get(attributes.n as number),
    )
    expect(wrong).toEqual([])

    const processed = spans.spans.filter(({ name }) => name === `process ${queueName}`)
    const bySpan = new Map(processed.map((span) => [span.spanId, span]))
    const misplaced = logs.logs.filter(({ body, spanId, attributes }) => {
      if (!['start', 'middle', 'end', 'progress', 'failed', 'completed'].includes(String(body))) return false
      const span = bySpan.get(spanId ?? '')
      return (
        span?.parentSpanId !== parents.get(attributes.n as number) ||
        attributes['messaging.destination.name'] !== queueName ||
        attributes['messaging.message.id'] !== span?.attributes['messaging.message.id'] ||
        attributes['bullmq.job.attempt'] !== span?.attributes['bullmq.job.attempt'] ||
        attributes.request_id !== `r${attributes.n}`
      )
    })
    expect(misplaced).toEqual([])

    const counts = tally(logs.logs.map(({ body }) => String(body)))
    const again = requests / 4
    expect(counts).toEqual({
      added: requests,
      active: requests + again,
      start: requests + again,
      middle: requests + again,
      end: requests + again,
      progress: requests + again,
      failed: again,
      completed: requests,
      'queue-events': allEvents ? requests : seen,
    })
    expect(seen).toBeGreaterThan(0)

    const shapes = processed.map(({ kind, status, attributes, events, links }) => ({
      kind,
      status,
      error: attributes['error.type'],
      attempt: attributes['bullmq.job.attempt'],
      made: attributes['bullmq.job.attempts_made'],
      exceptions: events.map((event) => event.attributes['exception.type']),
      links,
    }))
    const ok = { kind: 'consumer', status: 'unset', error: undefined, exceptions: [], links: [] }
    const failed = { ...ok, status: 'error', error: 'RangeError', exceptions: ['RangeError'] }
    expect(tally(shapes)).toEqual(
      tally([
        ...Array(requests - again).fill({ ...ok, attempt: 1, made: 0 }),
        ...Array(again).fill({ ...failed, attempt: 1, made: 0 }),
        ...Array(again).fill({ ...ok, attempt: 2, made: 1 }),
      ]),
    )
    expect(spans.open()).toBe(0)
  })
})
