import { contextWithFields } from '@clew/core'
import { context, propagation } from '@opentelemetry/api'
import { ParentBasedSampler, type Sampler, SamplingDecision } from '@opentelemetry/sdk-trace'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { log, request, uniqueQueue, until } from './request.ts'
import { attempts, type Given, openRig, type Rig } from './rig.ts'
import { stopServers, type TargetName } from './targets.ts'

const targets: readonly TargetName[] = ['6.7 on Redis', '6.7 on PostgreSQL', '5.81', '5.21']

afterAll(stopServers)

describe.each(targets)('%s', (name) => {
  let rig: Rig
  afterEach(() => rig.close())

  const hoursMs = 2 * 3_600_000

  /** Adds jobs of each kind in one request and says how the attempts of each kind hang together with it. */
  async function relations(given: (queue: string) => Given): Promise<Record<string, string[]>> {
    const queueName = uniqueQueue()
    rig = await openRig(name, given(queueName))
    const { target, spans } = rig
    const queue = target.queue(queueName)
    const maker = await request('maker', async (span) => {
      await queue.add('plain', {})
      const delayed = await queue.add('delayed', {}, { delay: hoursMs })
      await delayed.promote()
      await queue.addBulk(Array.from({ length: 5 }, () => ({ name: 'bulk of 5', data: {} })))
      await queue.addBulk(Array.from({ length: 120 }, () => ({ name: 'bulk of 120', data: {} })))
      const children = Array.from({ length: 110 }, () => ({ name: 'flow of 111', queueName, data: {} }))
      await target.flowProducer().add({ name: 'flow of 111', queueName, data: {}, children })
      return span.spanContext()
    })
    target.worker(queueName, async () => {}, { concurrency: 50 })
    await spans.waitFor((all) => attempts(all).length >= 238, 30_000)
    const traces = new Set(attempts(spans.spans).map(({ traceId }) => traceId))
    const kinds: Record<string, string[]> = {}
    for (const { attributes, traceId, parentSpanId, links } of attempts(spans.spans)) {
      const child = traceId === maker.traceId && parentSpanId === maker.spanId && links.length === 0
      const linked =
        parentSpanId === undefined && links[0]?.spanId === maker.spanId && traceId !== maker.traceId
      const reason = attributes['clew.relation.reason']
      const kind = child && !reason ? 'child' : linked ? `linked root: ${reason}` : 'neither'
      const job = String(attributes['bullmq.job.name'])
      kinds[job] = [...(kinds[job] ?? []), kind]
    }
    const roots = Object.values(kinds)
      .flat()
      .filter((kind) => kind.startsWith('linked root')).length
    expect(traces.size).toBe(roots + (roots === 238 ? 0 : 1))
    return Object.fromEntries(Object.entries(kinds).map(([kind, all]) => [kind, [...new Set(all)]]))
  }

  test('auto: jobs are children of their maker, but for large bulks and flows and for long delays, and the span says why', async () => {
    expect(await relations(() => ({}))).toEqual({
      plain: ['child'],
      delayed: ['linked root: delay'],
      'bulk of 5': ['child'],
      'bulk of 120': ['linked root: bulk'],
      'flow of 111': ['linked root: bulk'],
    })
  })

  test('parent: all are children', async () => {
    expect(Object.values(await relations(() => ({ relation: 'parent' }))).flat()).toEqual(
      Array(5).fill('child'),
    )
  })

  test('link, for one queue: all are roots with a link', async () => {
    const given = (queue: string): Given => ({ relation: 'parent', relations: { [queue]: 'link' } })
    expect(Object.values(await relations(given)).flat()).toEqual(Array(5).fill('linked root: configured'))
  })

  test('listeners of a job that starts a trace of its own know the job, and not the trace of its maker', async () => {
    const queueName = uniqueQueue()
    rig = await openRig(name, { relation: 'link' })
    const { target, logs, spans } = rig
    const queue = target.queue(queueName)
    const events = target.queueEvents(queueName)
    await events.waitUntilReady()
    const done = until(() => logs.logs.length === 3)
    const note = (body: string) => {
      log(body)
      done.look()
    }
    events.on('completed', () => note('queue-events completed'))
    await request('maker', () => queue.add('work', {}))
    const worker = target.worker(queueName, async () => {})
    worker.on('active', () => note('active'))
    worker.on('completed', () => note('completed'))
    await done.done
    const attempt = attempts(spans.spans)[0]
    const seen = Object.fromEntries(
      logs.logs.map(({ body, traceId, attributes }) => [
        body,
        [traceId, attributes['messaging.message.id'], attributes.request_id],
      ]),
    )
    const id = attempt?.attributes['messaging.message.id']
    expect(seen).toEqual({
      active: [undefined, id, 'maker'],
      completed: [attempt?.traceId, id, 'maker'],
      'queue-events completed': [undefined, id, 'maker'],
    })
  })

  test('an unsampled maker has unsampled jobs whose records still have its trace id; baggage and tracestate travel', async () => {
    const queueName = uniqueQueue()
    const seenBySampler: unknown[] = []
    const root: Sampler = {
      shouldSample: (_, _traceId, spanName, _kind, attributes) => {
        if (spanName.startsWith('process')) seenBySampler.push(attributes)
        return { decision: SamplingDecision.RECORD_AND_SAMPLED }
      },
      toString: () => 'root',
    }
    rig = await openRig(name, {}, new ParentBasedSampler({ root, remoteParentSampled: root }))
    const { target, logs, spans } = rig
    const queue = target.queue(queueName)
    const add = (flags: string, job: string) => {
      const carrier = {
        traceparent: `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-${flags}`,
        tracestate: 'vendor=1',
        baggage: 'tenant=acme',
      }
      const maker = contextWithFields(propagation.extract(context.active(), carrier), {})
      return context.with(maker, () => queue.add(job, {}))
    }
    await add('00', 'unsampled')
    await add('01', 'sampled')
    const done = until(() => logs.logs.length === 2)
    target.worker(queueName, async (job) => {
      const headers: Record<string, string> = {}
      propagation.inject(context.active(), headers)
      log(job.name, {
        tracestate: headers.tracestate,
        baggage: headers.baggage,
        flags: headers.traceparent?.slice(-2),
      })
      done.look()
    })
    await done.done
    await spans.waitFor((all) => attempts(all).length === 1)
    expect(attempts(spans.spans).map(({ attributes }) => attributes['bullmq.job.name'])).toEqual(['sampled'])
    expect(
      logs.logs.map(({ body, traceId, attributes: { tracestate, baggage, flags } }) => [
        body,
        traceId,
        tracestate,
        baggage,
        flags,
      ]),
    ).toEqual([
      ['unsampled', '0af7651916cd43dd8448eb211c80319c', 'vendor=1', 'tenant=acme', '00'],
      ['sampled', '0af7651916cd43dd8448eb211c80319c', 'vendor=1', 'tenant=acme', '01'],
    ])
    expect(seenBySampler).toEqual([attempts(spans.spans)[0]?.attributes])
  })
})
