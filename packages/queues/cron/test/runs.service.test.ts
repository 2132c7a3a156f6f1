import { createRequire } from 'node:module'
import { activeContext, runInContext, type Stop, setFields, startInstrumentation } from '@clew/core'
import { type LogRecorder, recordLogs, recordSpans, type SpanRecorder } from '@clew/testing'
import { trace } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { log } from '../../../servers/http/test/local-servers.ts'
import { cronInstrumentation } from '../src/index.ts'

type Work = (this: unknown, ...args: unknown[]) => unknown
type Job = { addCallback(work: Work): void; fireOnTick(): unknown; start(): void; stop(): void }
type Options = {
  cronTime: string | Date
  onTick: Work
  context?: object
  errorHandler?: (error: unknown) => void
}
type Cron = { CronJob: { from(options: Options & { name?: string }): Job } }

const require = createRequire(import.meta.url)
const everySecond = '* * * * * *'

let spans: SpanRecorder
let logs: LogRecorder
let stop: Stop
beforeEach(() => {
  spans = recordSpans()
  logs = recordLogs()
  stop = startInstrumentation(cronInstrumentation)
})
afterEach(() => {
  stop()
  logs.stop()
  spans.stop()
})

const run = { name: `cron ${everySecond}`, kind: 'internal', parentSpanId: undefined }
const runs = () => spans.spans.map(({ name, kind, parentSpanId }) => ({ name, kind, parentSpanId }))
const inRequest = <T>(work: () => T): T => {
  const span = trace.getTracer('test').startSpan('request')
  return runInContext(trace.setSpan(activeContext(), span), work)
}

describe.each(['cron', 'cron3'])('%s', (name) => {
  const { CronJob } = require(name) as Cron

  test('each run of each callback is in a trace of its own, wherever the job was made', async () => {
    const work =
      (body: string): Work =>
      async () => {
        log(`${body} begins`)
        await new Promise(setImmediate)
        setFields({ body })
        log(`${body} ends`)
      }
    const job = inRequest(() => CronJob.from({ cronTime: everySecond, onTick: work('first') }))
    job.addCallback(work('second'))
    await inRequest(() => job.fireOnTick())
    await spans.waitFor((all) => all.length === 2)
    const owners = new Map(spans.spans.map(({ spanId, traceId }) => [spanId, traceId]))
    const { size } = new Set(logs.logs.map(({ body, spanId }) => `${String(body).split(' ')[0]} ${spanId}`))
    expect([runs(), new Set(owners.values()).size, size]).toEqual([[run, run], 2, 2])
    expect(logs.logs.map(({ traceId, spanId }) => owners.get(spanId!) === traceId)).toEqual(
      Array(4).fill(true),
    )
    expect(logs.logs.filter(({ attributes }) => attributes.body).length).toBe(2)
  })

  test('what time starts is a run as well, with this and arguments as they were', async () => {
    const context = {}
    const started = new Promise<unknown>((resolve) => {
      const onTick: Work = function (...args) {
        resolve([this === context, args.length, activeContext() === undefined])
      }
      const job = CronJob.from({ cronTime: everySecond, onTick, context })
      job.start()
      job.addCallback(() => job.stop())
    })
    expect(await started).toEqual([true, 1, false])
    expect(runs()[0]).toEqual(run)
    expect(spans.spans[0]?.attributes).toEqual({ 'faas.trigger': 'timer', 'faas.cron': everySecond })
  })

  test('jobs that are made with a date have one name, and no expression', async () => {
    const dates = [1, 2].map((seconds) => new Date(Date.now() + 3_600_000 + seconds * 1_000))
    for (const cronTime of dates) await CronJob.from({ cronTime, onTick: () => {} }).fireOnTick()
    const once = { name: 'cron once', attributes: { 'faas.trigger': 'timer' } }
    expect(spans.spans.map(({ name, attributes }) => ({ name, attributes }))).toEqual([once, once])
  })

  test('a run that fails ends with ERROR; nobody but the job hears of the error', async () => {
    const error = new Error('no rows')
    const onTick: Work = () => {
      throw error
    }
    const seen: unknown[] = []
    const job = CronJob.from({ cronTime: everySecond, onTick, errorHandler: (one) => seen.push(one) })
    const thrown = await Promise.resolve()
      .then(() => job.fireOnTick())
      .catch((one: unknown) => one)
    expect([seen[0] ?? thrown, spans.spans[0]?.status, spans.spans[0]?.statusMessage]).toEqual([
      ...[error, 'error', 'no rows'],
    ])
  })
})

test('a job with a name is told by it, and what is no function is left to the job', async () => {
  const { CronJob } = require('cron') as Cron
  CronJob.from({ cronTime: everySecond, onTick: () => {}, name: 'purge' }).fireOnTick()
  const job = CronJob.from({ cronTime: everySecond, onTick: 'true' as unknown as Work })
  job.addCallback('nothing' as unknown as Work)
  expect(runs().map(({ name }) => name)).toEqual(['cron purge'])
})
