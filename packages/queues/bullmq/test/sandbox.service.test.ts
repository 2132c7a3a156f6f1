import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RecordedLog, RecordedSpan } from '@clew/testing'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { log, request, uniqueQueue, until } from './request.ts'
import { attempts, openRig, type Rig } from './rig.ts'
import { stopServers, type TargetName } from './targets.ts'

const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))
const execArgv = ['--import', new URL('./fixtures/preload.mjs', import.meta.url).href]

const targets: readonly TargetName[] = ['6.7 on Redis', '6.7 on PostgreSQL', '5.81', '5.21']
const kinds = targets.flatMap((target) =>
  // 5.21 knows no .mjs.
  (target === '5.21' ? ['processor.cjs'] : ['processor.cjs', 'processor.mjs']).flatMap((file) => [
    [target, file, 'process'] as const,
    [target, file, 'thread'] as const,
  ]),
)
const jobs = 20

afterAll(stopServers)

const ofAttempt = ['attempts_left', 'delay_ms', 'wait_ms'].map((name) => `bullmq.job.${name}`)

describe.each(kinds)('%s: %s in a %s', (name, file, kind) => {
  let rig: Rig
  let directory: string
  beforeEach(async () => {
    rig = await openRig(name)
    directory = mkdtempSync(join(tmpdir(), 'clew-sandbox-'))
  })
  afterEach(async () => {
    await rig.close()
    rmSync(directory, { recursive: true })
  })

  test('records and spans of the sandbox lie under the attempt, the module itself in no context', async () => {
    const { target, spans, logs } = rig
    const queueName = uniqueQueue()
    const env = { ...process.env, CLEW_TEST_FILE: join(directory, 'records') }
    const queue = target.queue(queueName)
    const numbers = new Map<string, number>()
    let failed = 0
    let completed = 0
    let progressed = 0
    const done = until(() => completed === jobs && failed === jobs / 5 && progressed === jobs + jobs / 5)

    await request('maker', async () => {
      const worker = target.worker(queueName, fixture(file), {
        concurrency: 4,
        useWorkerThreads: kind === 'thread',
        workerForkOptions: { env, execArgv },
        workerThreadsOptions: { env, execArgv },
      })
      worker.on('progress', (job) => {
        log('progress', { n: job.data.n })
        progressed++
        done.look()
      })
      worker.on('failed', (_, error) => {
        failed++
        expect.soft(error.message).toMatch(/^no \d+$/)
        done.look()
      })
      worker.on('completed', () => {
        completed++
        done.look()
      })
    })
    for (let n = 0; n < jobs + jobs / 5; n++) {
      await request(`r${n}`, async () => {
        const data = { n: n < jobs ? (n % 5 === 0 ? n + 1 : n) : n * 5 }
        const job = await queue.add('work', data, { delay: 1 })
        numbers.set(String(job.id), job.data.n)
      })
    }
    await done.done

    const lines = readFileSync(env.CLEW_TEST_FILE, 'utf8').trim().split('\n')
    const records = lines.map((line) => JSON.parse(line) as RecordedLog & RecordedSpan)
    const byJob = new Map(
      attempts(spans.spans).map((span) => [span.attributes['messaging.message.id'], span]),
    )
    const inWork = [...records, ...logs.logs].filter(({ body }) => body !== undefined && body !== 'module')
    const wrong = inWork.filter(({ spanId, traceId, attributes }) => {
      const id = attributes['messaging.message.id']
      const attempt = byJob.get(String(id))
      return (
        !attempt ||
        spanId !== attempt.spanId ||
        traceId !== attempt.traceId ||
        attributes.n !== numbers.get(String(id)) ||
        attributes['messaging.destination.name'] !== queueName ||
        attributes['bullmq.job.attempt'] !== 1 ||
        ofAttempt.some(
          (key) => attributes[key] === undefined || attributes[key] !== attempt.attributes[key],
        ) ||
        typeof attributes.request_id !== 'string'
      )
    })
    expect(wrong).toEqual([])

    const all = jobs + jobs / 5
    const count = (body: string) => inWork.filter((record) => record.body === body).length
    expect([count('start'), count('end'), count('progress')]).toEqual([all, all, all])
    const modules = records.filter(({ body }) => body === 'module')
    expect(modules.map(({ traceId, attributes }) => [traceId, attributes])).toEqual(
      modules.map(() => [undefined, {}]),
    )
    const inner = records.filter((record) => record.name === 'inner')
    const parents = new Set(attempts(spans.spans).map(({ spanId }) => spanId))
    expect(inner.length).toBe(all)
    expect(inner.filter(({ parentSpanId }) => !parents.has(String(parentSpanId)))).toEqual([])
    // The class of a builtin error is lost on BullMQ's way between the processes.
    const errors = attempts(spans.spans).filter(({ status }) => status === 'error')
    expect(errors.map(({ attributes }) => attributes['error.type'])).toEqual(Array(jobs / 5).fill('Error'))
  })
})
