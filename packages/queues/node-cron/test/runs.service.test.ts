import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { activeContext, runInContext, type Stop, setFields, startInstrumentation } from '@clew/core'
import { type LogRecorder, recordLogs, recordSpans, type SpanRecorder } from '@clew/testing'
import { trace } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { log } from '../../../servers/http/test/local-servers.ts'
import { nodeCronInstrumentation } from '../src/index.ts'

type Task = {
  execute(): Promise<unknown>
  start(): unknown
  stop(): void
  on(event: string, listener: (context: { execution: { error: unknown } }) => void): void
}
type Options = { name?: string; scheduled?: boolean; logger?: object }
type Work = ((...args: unknown[]) => unknown) | string
type NodeCron = Record<'schedule' | 'createTask', (expression: string, work: Work, options?: Options) => Task>

const require = createRequire(import.meta.url)
const silent = { info() {}, warn() {}, error() {}, debug() {} }
const everySecond = '* * * * * *'

let spans: SpanRecorder
let logs: LogRecorder
let stop: Stop
const tasks: Task[] = []
beforeEach(() => {
  spans = recordSpans()
  logs = recordLogs()
  stop = startInstrumentation(nodeCronInstrumentation)
})
afterEach(() => {
  for (const task of tasks.splice(0)) task.stop()
  stop()
  logs.stop()
  spans.stop()
})

const run = { kind: 'internal', parentSpanId: undefined, status: 'unset', statusMessage: undefined }
const attributes = { 'faas.trigger': 'timer', 'faas.cron': everySecond }
const runs = () =>
  spans.spans.map(({ name, kind, parentSpanId, status, statusMessage, attributes }) => ({
    ...{ name, kind, parentSpanId, status, statusMessage, attributes },
  }))
const inRequest = <T>(work: () => T): T => {
  const span = trace.getTracer('test').startSpan('request')
  return runInContext(trace.setSpan(activeContext(), span), work)
}

describe.each([
  ['4', 'required', () => require('node-cron') as NodeCron],
  ['4', 'imported', async () => (await import('node-cron')).default as unknown as NodeCron],
  ['4', 'imported by name', async () => (await import('node-cron')) as unknown as NodeCron],
])('node-cron %s, %s', (_, _form, load) => {
  test('each run is in a trace of its own, wherever it was scheduled, and gives its result', async () => {
    const cron = await load()
    const work = async () => {
      log('before')
      await new Promise(setImmediate)
      setFields({ rows: 3 })
      log('after')
      return 'done'
    }
    const task = inRequest(() => cron.createTask(everySecond, work, { name: 'purge' }))
    tasks.push(task)
    const results = [await task.execute(), await inRequest(() => task.execute())]
    const own = spans.spans.flatMap(({ traceId, spanId }) => [
      [traceId, spanId],
      [traceId, spanId],
    ])
    expect([results, runs(), new Set(own.map(String)).size]).toEqual([
      ['done', 'done'],
      [
        { ...run, name: 'cron purge', attributes },
        { ...run, name: 'cron purge', attributes },
      ],
      2,
    ])
    expect(logs.logs.map(({ traceId, spanId }) => [traceId, spanId])).toEqual(own)
    expect(logs.logs.map(({ attributes }) => attributes.rows)).toEqual([undefined, 3, undefined, 3])
  })

  test('what time starts is a run as well, named by its expression', async () => {
    const cron = await load()
    const started = new Promise<unknown[]>((resolve) => {
      tasks.push(cron.schedule(everySecond, (...args) => resolve(args), { logger: silent } as Options))
    })
    expect((await started).length).toBe(1)
    await spans.waitFor((all) => all.length > 0)
    expect(runs()[0]).toEqual({ ...run, name: `cron ${everySecond}`, attributes })
  })

  test('a run that fails ends with ERROR, and the listener of failures has the same error', async () => {
    const cron = await load()
    const error = new Error('no rows')
    const work = async (): Promise<never> => {
      throw error
    }
    const task = cron.createTask(everySecond, work, { logger: silent } as Options)
    tasks.push(task)
    const seen: unknown[] = []
    task.on('execution:failed', ({ execution }) => seen.push(execution.error))
    await expect(task.execute()).rejects.toBe(error)
    expect([seen, runs().map(({ status, statusMessage }) => [status, statusMessage])]).toEqual([
      [error],
      [['error', 'no rows']],
    ])
  })
})

test('a task is joined once however often it starts, and there are no more tasks than without us', async () => {
  const cron = require('node-cron') as NodeCron & { getTasks(): Map<string, Task> }
  const before = cron.getTasks().size
  const task = cron.createTask(everySecond, () => 'done')
  tasks.push(task)
  task.start()
  task.stop()
  expect([await task.execute(), runs().length, cron.getTasks().size - before]).toEqual(['done', 1, 1])
})

test('a file is found where it is without us, and runs', async () => {
  const script = join(import.meta.dirname, 'fixtures/schedule-file.mjs')
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script])
  expect({ stdout, stderr }).toEqual({ stdout: 'from the file\nfrom the file\n', stderr: '' })
})

test('node-cron 3: each run is in a trace of its own', async () => {
  const cron = require('node-cron3') as NodeCron
  const seen = new EventTarget()
  inRequest(() =>
    tasks.push(
      cron.schedule(everySecond, () => {
        log('running')
        seen.dispatchEvent(new Event('run'))
      }),
    ),
  )
  await once(seen, 'run')
  await spans.waitFor((all) => all.length > 0)
  const { traceId, spanId } = spans.spans[0]!
  expect(runs()[0]).toEqual({ ...run, name: `cron ${everySecond}`, attributes })
  // On a busy machine it has run again by now.
  expect(logs.logs[0]).toMatchObject({ traceId, spanId })
})
