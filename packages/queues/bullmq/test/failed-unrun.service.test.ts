import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { log, request, uniqueQueue, until } from './request.ts'
import { attempts, openRig, type Rig } from './rig.ts'
import { stopServers, type TargetName } from './targets.ts'

const targets: readonly TargetName[] = ['6.7 on Redis', '6.7 on PostgreSQL', '5.81']

afterAll(stopServers)

describe.each(targets)('%s', (name) => {
  let rig: Rig
  afterEach(() => rig.close())

  test('a parent that fails on account of a child has a failed span, though its processor never ran', async () => {
    rig = await openRig(name)
    const { target, spans, logs } = rig
    const queueName = uniqueQueue()
    let failed = 0
    const done = until(() => failed === 2)
    const maker = await request('maker', async (span) => {
      const child = { name: 'child', queueName, opts: { failParentOnFailure: true } }
      await target.flowProducer().add({ name: 'parent', queueName, children: [child] })
      return span.spanContext()
    })
    const worker = target.worker(queueName, async (job) => {
      throw new TypeError(`${job.name} fails`)
    })
    worker.on('failed', (job) => {
      failed++
      log('failed', { job: job?.name })
      done.look()
    })
    await done.done
    expect(
      attempts(spans.spans).map(({ attributes, parentSpanId, status }) => [
        attributes['bullmq.job.name'],
        parentSpanId,
        status,
        attributes['error.type'],
      ]),
    ).toEqual([
      ['child', maker.spanId, 'error', 'TypeError'],
      ['parent', maker.spanId, 'error', 'UnrecoverableError'],
    ])
    expect(logs.logs.map(({ spanId }) => spanId)).toEqual(attempts(spans.spans).map(({ spanId }) => spanId))
  })
})
