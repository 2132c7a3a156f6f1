import type { RecordedSpan } from '@clew/testing'
import { AlwaysOffSampler } from '@opentelemetry/sdk-trace'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { log, uniqueQueue, until } from './request.ts'
import { attempts, openRig, type Rig } from './rig.ts'
import { stopServers, type TargetName } from './targets.ts'

const targets: readonly TargetName[] = ['6.7 on Redis', '6.7 on PostgreSQL', '5.81', '5.21']

afterAll(stopServers)

describe.each(targets)('%s, outside of any trace', (name) => {
  let rig: Rig
  afterEach(() => rig.close())

  test('each job that is added has a trace of its own, with all its attempts; a flow is one', async () => {
    rig = await openRig(name)
    const { target, spans } = rig
    const queueName = uniqueQueue()
    const queue = target.queue(queueName)
    const opts = { attempts: 2 }
    await queue.add('single', {}, opts)
    await queue.addBulk([1, 2].map(() => ({ name: 'bulk', data: {}, opts })))
    const flow = { name: 'flow', queueName, opts }
    await target.flowProducer().add({ ...flow, children: [flow] })
    await target.flowProducer().addBulk([
      { ...flow, name: 'flows' },
      { ...flow, name: 'flows' },
    ])
    target.worker(queueName, async ({ attemptsMade }) => {
      if (attemptsMade < 1) throw new Error('not yet')
    })
    await spans.waitFor((all) => attempts(all).length === 14)
    const byId = new Map(spans.spans.map((span) => [span.spanId, span]))
    const shape = (span: RecordedSpan): string => {
      const { attributes, parentSpanId, name: spanName } = span
      const parent = parentSpanId && byId.get(parentSpanId)?.name
      return [spanName, attributes['bullmq.job.attempt'], parent].filter(Boolean).join(' ')
    }
    const traces = new Map<string, string[]>()
    for (const span of spans.spans) {
      const job = String(span.attributes['bullmq.job.name'])
      const key = `${job} ${span.traceId}`
      traces.set(key, [...(traces.get(key) ?? []), shape(span).replaceAll(queueName, 'q')])
    }
    const chains = [...traces].map(([key, all]) => [key.split(' ')[0], ...all.sort()])
    const one = ['process q 1 send q', 'process q 2 send q', 'send q']
    const two = [one[0], one[0], one[1], one[1], 'send q']
    expect(chains.sort()).toEqual(
      [
        ['single', ...one],
        ['bulk', ...one],
        ['bulk', ...one],
        ['flow', ...two],
        ['flows', ...one],
        ['flows', ...one],
      ].sort(),
    )
  })

  test('the span of an adding says what was added, and that it failed', async () => {
    rig = await openRig(name)
    const { target, spans } = rig
    const queueName = uniqueQueue()
    const queue = target.queue(queueName)
    const { id } = await queue.add('good', {})
    await expect(queue.add('bad', {}, { sizeLimit: 1 })).rejects.toThrow()
    const described = {
      'messaging.system': 'bullmq',
      'messaging.operation.type': 'send',
      'messaging.operation.name': 'send',
      'messaging.destination.name': queueName,
    }
    expect(spans.spans.map(({ kind, status, attributes }) => ({ kind, status, attributes }))).toEqual([
      {
        kind: 'producer',
        status: 'unset',
        attributes: { ...described, 'bullmq.job.name': 'good', 'messaging.message.id': id },
      },
      {
        kind: 'producer',
        status: 'error',
        attributes: { ...described, 'bullmq.job.name': 'bad', 'error.type': 'Error' },
      },
    ])
  })

  test('what the sampler decides at the adding holds for all attempts', async () => {
    rig = await openRig(name, {}, new AlwaysOffSampler())
    const { target, spans, logs } = rig
    const queueName = uniqueQueue()
    await target.queue(queueName).add('work', {}, { attempts: 2 })
    const done = until(() => logs.logs.length === 2)
    target.worker(queueName, async ({ attemptsMade }) => {
      log('attempt')
      done.look()
      if (attemptsMade < 1) throw new Error('not yet')
    })
    await done.done
    const traces = new Set(logs.logs.map(({ traceId }) => traceId))
    expect([traces.size, traces.has(undefined), spans.spans]).toEqual([1, false, []])
  })
})
