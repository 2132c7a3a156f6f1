import { startInstrumentation } from '@clew/core'
import { recordLogs, recordSpans } from '@clew/testing'
import type { Job } from 'bullmq'
import { afterAll, expect, test } from 'vitest'
import { bullmqInstrumentation } from '../src/index.ts'
import { log, request, uniqueQueue, until, yieldTurn } from './request.ts'
import { openTarget, stopServers, type TargetName } from './targets.ts'

const jobs = 5_000
const atOnce = 100

afterAll(stopServers)

test.each<TargetName>(['6.7 on Redis', '5.81'])(
  'on %s no record of 5,000 jobs at concurrency 100 has the trace or the fields of another request',
  async (name) => {
    const spans = recordSpans()
    const logs = recordLogs()
    const stop = startInstrumentation(bullmqInstrumentation)
    const target = await openTarget(name)
    const queueName = uniqueQueue()
    const queue = target.queue(queueName)
    const traces: string[] = []
    let completed = 0
    const done = until(() => completed === jobs)
    const worker = await request('maker', async () =>
      target.worker(
        queueName,
        async (job: Job) => {
          log('start', { n: job.data.n })
          await yieldTurn()
          log('end', { n: job.data.n })
        },
        { concurrency: atOnce },
      ),
    )
    worker.on('completed', (job) => {
      log('completed', { n: job.data.n })
      completed++
      done.look()
    })
    let next = 0
    const client = async (): Promise<void> => {
      for (let n = next++; n < jobs; n = next++) {
        await request(`r${n}`, async (span) => {
          traces[n] = span.spanContext().traceId
          await queue.add('work', { n })
          log('added', { n })
        })
      }
    }
    await Promise.all(Array.from({ length: atOnce }, client))
    await done.done
    await target.close()
    stop()
    logs.stop()
    spans.stop()

    const wrong = logs.logs.filter(
      ({ traceId, attributes: { n, request_id } }) =>
        traceId !== traces[n as number] || request_id !== `r${n}`,
    )
    expect(wrong).toEqual([])
    expect(logs.logs.length).toBe(jobs * 4)
  },
)
