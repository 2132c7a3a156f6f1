import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { startInstrumentation } from '@clew/core'
import { recordSpans, type SpanRecorder } from '@clew/testing'
import type { Worker } from 'bullmq'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bullmqInstrumentation } from '../src/index.ts'
import { startDoomedWorker } from './doomed-worker.ts'
import { type Judging, judgeRecords } from './judging.ts'
import { log, request, uniqueQueue } from './request.ts'
import { openTarget, stopServers, type Target, type TargetName } from './targets.ts'

const targets: readonly TargetName[] = ['6.7 on Redis', '6.7 on PostgreSQL', '5.81', '5.21']

afterAll(stopServers)

describe.each(targets)('%s', (name) => {
  let target: Target
  let spans: SpanRecorder
  let judging: Judging | undefined
  let stop: () => void
  let queueName: string
  beforeEach(async () => {
    stop = startInstrumentation(bullmqInstrumentation)
    spans = recordSpans()
    target = await openTarget(name)
    queueName = uniqueQueue()
  })
  afterEach(async () => {
    await target.close()
    stop()
    spans.stop()
    await judging?.stop()
    judging = undefined
  })

  /** Puts rules over all records from now on. */
  const judge = (rule: string): Judging => {
    judging = judgeRecords(`rules:\n  - { ${rule} }`)
    return judging
  }
  const firstAlert = async ({ alerts }: Judging) => {
    await expect.poll(() => alerts.length, { timeout: 20_000 }).toBe(1)
    const { rule, state, severity, group, observation, lines } = alerts[0]!
    const told = lines.map(({ text, traceId }) => ({ text, traceId }))
    return { rule, state, severity, group, observation, told }
  }
  const add = (opts: object, job = 'pay') =>
    request('maker', async (span) => {
      await target.queue(queueName).add(job, {}, opts)
      return span.spanContext().traceId
    })

  test('a job that uses up its attempts is an alert with the line that says so, in its chain', async () => {
    const rules = judge('preset: job-attempts-used-up')
    target.worker(queueName, async () => {
      log('charging the card')
      throw new RangeError('the bank is away')
    })
    const traceId = await add({ attempts: 3 })
    expect(await firstAlert(rules)).toEqual({
      ...{ rule: 'job-attempts-used-up', state: 'firing', severity: 'error' },
      group: { queue: queueName, 'bullmq.job.name': 'pay' },
      observation: { type: 'frequency', value: 1, limit: 1, windowMs: 600_000 },
      told: [{ text: 'pay failed for good after 3 of 3 attempts RangeError: the bank is away', traceId }],
    })
  })

  test('a job whose worker is killed by SIGKILL is an alert, in the chain of its maker', async () => {
    const rules = judge('preset: job-stalled')
    const traceId = await add({})
    await startDoomedWorker(target, queueName)
    target.worker(queueName, async () => {}, { stalledInterval: 100 })
    expect(await firstAlert(rules)).toEqual({
      ...{ rule: 'job-stalled', state: 'firing', severity: 'warning' },
      group: { queue: queueName },
      observation: { type: 'frequency', value: 1, limit: 1, windowMs: 600_000 },
      told: [{ text: 'pay stalled: its worker no longer renews its lock', traceId }],
    })
  })

  /** Adds a job that could have begun so long ago, and waits until it has ended. */
  const work = async (worker: Worker, job: string, lateMs: number, delay = 0): Promise<string> => {
    const ended = once(worker, 'completed')
    const traceId = await add({ delay, timestamp: Date.now() - delay - lateMs }, job)
    await ended
    return traceId
  }
  const told = async ({ name: job }: { name: string }): Promise<void> => log(`${job} begins`)
  const ofWait = { type: 'aggregate', field: 'bullmq.job.wait_ms', windowMs: 300_000 }

  test('a job that waited for more than a minute is an alert with how long, one that did not is none', async () => {
    const rules = judge('preset: job-wait')
    const worker = target.worker(queueName, told)
    const first = await work(worker, 'first', 0)
    expect(rules.alerts).toEqual([])
    const second = await work(worker, 'second', 61_000)
    const alert = await firstAlert(rules)
    expect(alert).toEqual({
      ...{ rule: 'job-wait', state: 'firing', severity: 'warning' },
      group: { queue: queueName },
      observation: { ...ofWait, metric: 'max', limit: 60_000, value: expect.any(Number), before: '2' },
      told: [
        { text: 'first begins', traceId: first },
        { text: 'second begins', traceId: second },
      ],
    })
    expect(alert.observation.value).toBeGreaterThanOrEqual(61_000)
  })

  test('a scheduler whose worker was away is an alert with how late its run began', async () => {
    const lateMs = 1500
    const rules = judge(`preset: job-scheduler-missed, above: ${lateMs}`)
    const queue = target.queue(queueName)
    const run = { name: 'report' }
    // Its first run is at once, and nobody is there.
    const next = await queue.upsertJobScheduler('nightly', { every: 300 }, run)
    const dueMs = next.timestamp + (next.opts.delay ?? 0)
    await expect.poll(() => Date.now() - dueMs, { timeout: 20_000 }).toBeGreaterThan(lateMs)
    target.worker(queueName, told)
    const alert = await firstAlert(rules)
    await queue.removeJobScheduler('nightly')
    expect(alert).toMatchObject({
      ...{ rule: 'job-scheduler-missed', state: 'firing', severity: 'error' },
      group: { queue: queueName, 'bullmq.scheduler.id': 'nightly' },
      observation: { ...ofWait, metric: 'max', limit: lateMs, windowMs: 3_600_000, before: '1' },
      told: [{ text: 'report begins' }],
    })
    expect(alert.observation.value).toBeGreaterThanOrEqual(lateMs)
  })

  test('delayed jobs that all begin equally late are no alert, those that begin later and later are', async () => {
    const rules = judge('preset: job-delayed-backlog')
    const worker = target.worker(queueName, told)
    for (let n = 0; n < 12; n++) await work(worker, `steady ${n}`, 90_000, 1000)
    expect(rules.alerts).toEqual([])
    for (let n = 0; n < 12; n++) await work(worker, `later ${n}`, 90_000 + n * 20_000, 1000)
    expect(await firstAlert(rules)).toMatchObject({
      ...{ rule: 'job-delayed-backlog', state: 'firing', severity: 'warning' },
      group: { queue: queueName },
      observation: { ...ofWait, metric: 'rise', limit: 30_000, windowMs: 600_000 },
    })
  })

  test('a worker that is slower than delayed jobs become due is an alert', async () => {
    const rules = judge('preset: job-delayed-backlog, above: 200')
    target.worker(queueName, async (job) => {
      await told(job)
      await sleep(20)
    })
    const due = Array.from({ length: 60 }, () => ({ name: 'mail', data: {}, opts: { delay: 20 } }))
    await target.queue(queueName).addBulk(due)
    expect(await firstAlert(rules)).toMatchObject({
      rule: 'job-delayed-backlog',
      group: { queue: queueName },
    })
  })
})
