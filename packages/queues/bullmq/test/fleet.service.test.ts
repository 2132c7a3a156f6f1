import { createRequire } from 'node:module'
import { startInstrumentation } from '@clew/core'
import { recordLogs, recordSpans } from '@clew/testing'
import type { Job } from 'bullmq'
import { afterAll, describe, expect, test } from 'vitest'
import { bullmqInstrumentation } from '../src/index.ts'
import { log, request, uniqueQueue, until } from './request.ts'
import { attempts } from './rig.ts'
import { openTarget, stopServers, type Target, type TargetName } from './targets.ts'

const require = createRequire(import.meta.url)
const { BullMQOtel } = require('bullmq-otel') as { BullMQOtel: new () => object }

afterAll(stopServers)

type Side = { target: TargetName; tracer: 'clew' | 'bullmq-otel' | 'none' }

/**
 * Adds jobs on one side, singly and in bulk, and works on them on the other, each side with what traces it there and
 * nothing else; says how the attempts relate to the request.
 */
async function journey(from: Side, to: Side, metadata?: unknown) {
  const spans = recordSpans()
  const logs = recordLogs()
  const queueName = uniqueQueue()
  const maker = await onSide(from, async (target, opts) => {
    const queue = target.queue(queueName, opts)
    return await request('maker', async (span) => {
      for (let n = 0; n < 5; n++)
        await queue.add('one', { n }, (metadata ? { telemetry: { metadata } } : undefined) as never)
      await queue.addBulk(
        Array.from({ length: 5 }, () => ({
          name: 'bulk',
          data: {},
          ...(metadata ? { opts: { telemetry: { metadata } } } : {}),
        })) as never,
      )
      return span.spanContext()
    })
  })
  const data: unknown[] = []
  const errors: unknown[] = []
  await onSide(to, async (target, opts) => {
    const done = until(() => data.length === 10)
    const worker = target.worker(
      queueName,
      async (job: Job) => {
        log('work')
        data.push(job.data)
        done.look()
      },
      { ...opts, concurrency: 3 },
    )
    worker.on('error', (error) => errors.push(error))
    worker.on('failed', (_, error) => errors.push(error))
    await done.done
  })
  const consumers = attempts(spans.spans)
  const result = {
    consumers: consumers.length,
    errors,
    inTrace: consumers.filter(({ traceId }) => traceId === maker.traceId).length,
    logged: logs.logs.filter(({ body, traceId }) => body === 'work' && traceId === maker.traceId).length,
    withJob: logs.logs.filter(({ attributes }) => attributes['messaging.destination.name'] === queueName)
      .length,
    scopes: [...new Set(consumers.map(({ scope }) => scope))],
  }
  logs.stop()
  spans.stop()
  return result
}

async function onSide<T>(side: Side, work: (target: Target, opts: object) => Promise<T>): Promise<T> {
  const stop = side.tracer === 'none' ? () => {} : startInstrumentation(bullmqInstrumentation)
  const target = await openTarget(side.target)
  try {
    return await work(target, side.tracer === 'bullmq-otel' ? { telemetry: new BullMQOtel() } : {})
  } finally {
    await target.close()
    stop()
  }
}

const six: Side = { target: '6.7 on Redis', tracer: 'clew' }
const five: Side = { target: '5.81', tracer: 'clew' }
const floor: Side = { target: '5.21', tracer: 'clew' }
const none: Side = { target: '6.7 on Redis', tracer: 'none' }
const otel: Side = { target: '6.7 on Redis', tracer: 'bullmq-otel' }
const ours = { consumers: 10, errors: [], inTrace: 10, logged: 10, withJob: 10, scopes: ['@clew/bullmq'] }

test.each([
  ['6.7 to 5.81', six, five],
  ['5.81 to 6.7', five, six],
  ['5.21 to 6.7', floor, six],
  ['5.21 to 5.81', floor, five],
  ['6.7 to 5.21', six, floor],
  ['bullmq-otel to us', otel, six],
])('jobs go from %s in one trace', async (_, from, to) => {
  expect(await journey(from, to)).toEqual(ours)
})

test('without us on the producing side each job starts a trace', async () => {
  expect(await journey(none, six)).toEqual({ ...ours, inTrace: 0, logged: 0 })
})

test('without us on the consuming side jobs run as ever', async () => {
  expect(await journey(six, none)).toEqual({
    consumers: 0,
    errors: [],
    inTrace: 0,
    logged: 0,
    withJob: 0,
    scopes: [],
  })
})

test('with bullmq-otel on both sides beside us there is one span for each job, its own; records know their job', async () => {
  expect(await journey(otel, otel)).toEqual({ ...ours, scopes: ['bullmq'] })
})

test('jobs that we added are in the trace for a consumer with bullmq-otel', async () => {
  expect(await journey(six, otel)).toEqual({ ...ours, scopes: ['bullmq'] })
})

describe('metadata of any kind gives a new trace and no error', () => {
  test.each([
    '{"traceparent":',
    'text',
    '{}',
    'null',
    '[1]',
    '{"traceparent":7,"baggage":[],"clew":"x"}',
    '{"traceparent":"00-zz-yy-01"}',
    '{"traceparent":"00-00000000000000000000000000000000-0000000000000000-01"}',
  ])('%s', async (metadata) => {
    expect(await journey({ ...six, tracer: 'none' }, six, metadata)).toEqual({
      ...ours,
      inTrace: 0,
      logged: 0,
    })
  })
})

test('metadata of dd-trace leads into its trace', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, 'x-datadog-trace-id': '1' }
  const spans = recordSpans()
  const queueName = uniqueQueue()
  await onSide(six, async (target) => {
    const telemetry = { metadata: JSON.stringify({ _datadog: headers }), omitContext: true }
    await target.queue(queueName).add('work', {}, { telemetry })
    target.worker(queueName, async () => {})
    await spans.waitFor((all) => attempts(all).length === 1)
  })
  expect(attempts(spans.spans).map((span) => span.traceId)).toEqual([traceId])
  spans.stop()
})
