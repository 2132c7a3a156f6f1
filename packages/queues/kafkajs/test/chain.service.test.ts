import { runInContext, suppressedRoot, withRoot } from '@clew/core'
import { context, propagation } from '@opentelemetry/api'
import type { IHeaders } from 'kafkajs'
import { describe, expect, test } from 'vitest'
import { withMessage } from '../src/index.ts'
import { activeIds, kindsOf, log, useRig } from './kafka-rig.ts'
import { collect, ended, openRig, type Rig, versions } from './rig.ts'

describe.each(versions)('%s', (_, load) => {
  let rig: Rig
  useRig(
    () => openRig(load),
    (opened) => {
      rig = opened
    },
  )

  test('a message is worked on in the trace of the request that sent it, with its place on span and records', async () => {
    const topic = await rig.topic()
    const producer = await rig.producer()
    const baggage = propagation.createBaggage({ tenant: { value: 'a' } })
    await withRoot('request', () =>
      context.with(propagation.setBaggage(context.active(), baggage), () =>
        producer.send({ topic, messages: [{ key: 'k', value: 'v', headers: { own: 'x' } }] }),
      ),
    )
    const got = collect<unknown[]>(1)
    await rig.consumer(topic, {
      eachMessage: async ({ message }) => {
        log('taken')
        got.take([activeIds()?.spanId, propagation.getActiveBaggage()?.getEntry('tenant')?.value, message])
      },
    })
    const [[activeSpan, tenant, message]] = (await got.done) as [[string, string, { headers: IHeaders }]]
    const spans = await ended(rig, 1)
    const request = spans.find(({ name }) => name === 'request')!
    const sent = kindsOf(spans, 'producer')[0]!
    const taken = kindsOf(spans, 'consumer')[0]!
    expect([sent, taken]).toEqual([
      {
        ...sent,
        ...{ name: `send ${topic}`, traceId: request.traceId, parentSpanId: request.spanId, status: 'unset' },
        attributes: {
          'messaging.system': 'kafka',
          'messaging.operation.type': 'send',
          'messaging.operation.name': 'send',
          'messaging.destination.name': topic,
          'messaging.destination.partition.id': '0',
          'messaging.kafka.offset': 0,
        },
      },
      {
        ...taken,
        ...{ name: `process ${topic}`, traceId: request.traceId, parentSpanId: sent.spanId, status: 'unset' },
        attributes: {
          'messaging.system': 'kafka',
          'messaging.operation.type': 'process',
          'messaging.operation.name': 'process',
          'messaging.destination.name': topic,
          'messaging.destination.partition.id': '0',
          'messaging.consumer.group.name': `g-${topic}`,
          'messaging.kafka.offset': 0,
        },
        links: [],
      },
    ])
    expect([activeSpan, tenant, Object.keys(message.headers)]).toEqual([
      taken.spanId,
      'a',
      ['own', 'traceparent', 'baggage'],
    ])
    const record = rig.logs.logs.find(({ body }) => body === 'taken')
    expect([record?.traceId, record?.spanId, record?.attributes]).toEqual([
      taken.traceId,
      taken.spanId,
      {
        'messaging.destination.name': topic,
        'messaging.destination.partition.id': '0',
        'messaging.kafka.offset': 0,
      },
    ])
  })

  test('what the application hands over is not written to, and what it set goes first', async () => {
    const topic = await rig.topic()
    const seen: unknown[] = []
    const producer = await rig.producer({
      createPartitioner: () => (args: { message: object }) => {
        seen.push(args.message)
        return 0
      },
    })
    const own = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    class Event {
      readonly #value = 'of a class'
      get value(): string {
        return this.#value
      }
    }
    const request = Object.freeze({
      topic,
      messages: Object.freeze([
        Object.freeze({ value: '1', headers: Object.freeze({ traceparent: own }) }),
        Object.freeze({ value: '2' }),
        Object.freeze(new Event()),
      ]),
    })
    const before = structuredClone(request.messages.slice(0, 2))
    await withRoot('request', () => producer.send(request as never))
    const got = collect<[string, string]>(3)
    await rig.consumer(topic, {
      eachMessage: async ({ message }) =>
        got.take([String(message.value), String(message.headers?.traceparent)]),
    })
    const sent = kindsOf(await ended(rig, 3), 'producer')[0]!
    const ours = `00-${sent.traceId}-${sent.spanId}-01`
    expect(await got.done).toEqual([
      ['1', own],
      ['2', ours],
      ['of a class', ours],
    ])
    expect([request.messages.slice(0, 2), seen.length]).toEqual([before, 3])
  })

  test('a batch of topics is one span, a call outside of any trace begins one, and a suppressed one is left alone', async () => {
    const [a, b] = [await rig.topic(2), await rig.topic()]
    const producer = await rig.producer()
    const topicMessages = [
      { topic: a, messages: [0, 1].map((partition) => ({ value: 'x', partition })) },
      { topic: b, messages: [{ value: 'y' }] },
    ]
    await producer.sendBatch({ topicMessages })
    await runInContext(suppressedRoot, () => producer.send({ topic: b, messages: [{ value: 'z' }] }))
    const got = collect<unknown>(2)
    await rig.consumer(b, { eachMessage: async ({ message }) => got.take(message.headers?.traceparent) })
    const headers = (await got.done).map(String)
    const spans = await ended(rig, 2)
    const sent = kindsOf(spans, 'producer')
    expect(sent.map(({ name, parentSpanId, attributes }) => [name, parentSpanId, attributes])).toEqual([
      [
        'send',
        undefined,
        {
          'messaging.system': 'kafka',
          'messaging.operation.type': 'send',
          'messaging.operation.name': 'send',
          'messaging.batch.message_count': 3,
        },
      ],
    ])
    expect(headers).toEqual([`00-${sent[0]!.traceId}-${sent[0]!.spanId}-01`, 'undefined'])
    expect(kindsOf(spans, 'consumer').map(({ parentSpanId }) => parentSpanId)).toEqual([
      sent[0]!.spanId,
      undefined,
    ])
  })

  test('messages of a transaction have the context of their send; of an aborted one none arrive', async () => {
    const topic = await rig.topic()
    const producer = await rig.producer({
      ...{ transactionalId: `tx-${topic}`, idempotent: true, maxInFlightRequests: 1 },
    })
    for (const end of ['abort', 'commit'] as const) {
      await withRoot(end, async () => {
        const transaction = await producer.transaction()
        await transaction.send({ topic, messages: [{ value: `${end} 1` }] })
        await transaction.sendBatch({ topicMessages: [{ topic, messages: [{ value: `${end} 2` }] }] })
        await transaction[end]()
      })
    }
    const got = collect<[string, string | undefined]>(2)
    await rig.consumer(topic, {
      eachMessage: async ({ message }) => got.take([String(message.value), activeIds()?.traceId]),
    })
    const { traceId } = rig.spans.spans.find(({ name }) => name === 'commit')!
    expect(await got.done).toEqual([
      ['commit 1', traceId],
      ['commit 2', traceId],
    ])
  })

  test('a batch is one span with links to its makers, at most 128; withMessage goes back to the trace of each', async () => {
    const topic = await rig.topic()
    const producer = await rig.producer()
    for (let n = 0; n < 130; n++)
      await withRoot('request', () =>
        producer.send({ topic, messages: [{ value: `${n}` }, { value: 'more' }] }),
      )
    const makers = kindsOf(rig.spans.spans, 'producer').map(({ traceId }) => traceId)
    const got = collect<[string | undefined, string | undefined]>(1)
    let together = 0
    await rig.consumer(topic, {
      eachBatch: async ({ batch }) => {
        together = batch.messages.length
        const around = activeIds()?.traceId
        const { topic, partition, messages } = batch
        await withMessage({ topic, partition, message: messages[0]! }, async () => {
          got.take([around, activeIds()?.traceId])
        })
      },
    })
    const [[around, inside]] = (await got.done) as [[string, string]]
    const spans = kindsOf(await ended(rig, 2), 'consumer')
    const batch = spans.find(({ attributes }) => attributes['messaging.batch.message_count'] !== undefined)!
    const one = spans.find((span) => span !== batch)!
    expect(together).toBe(260)
    expect([
      batch.traceId,
      batch.parentSpanId,
      batch.attributes,
      batch.links.map(({ traceId }) => traceId),
    ]).toEqual([
      around,
      undefined,
      {
        'messaging.system': 'kafka',
        'messaging.operation.type': 'process',
        'messaging.operation.name': 'process',
        'messaging.destination.name': topic,
        'messaging.destination.partition.id': '0',
        'messaging.consumer.group.name': `g-${topic}`,
        'messaging.batch.message_count': 260,
        'clew.links.left_out': 4,
      },
      makers.slice(0, 128),
    ])
    expect([one.traceId, inside, one.links]).toEqual([
      makers[0],
      makers[0],
      [{ traceId: batch.traceId, spanId: batch.spanId }],
    ])
  })
})
