import { activeContext, emitRecord, runInContext, setReporter, suppressedRoot, withRoot } from '@clew/core'
import type { RecordedSpan } from '@clew/testing'
import { context, propagation, trace } from '@opentelemetry/api'
import type { EachMessagePayload, IHeaders } from 'kafkajs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { withMessage } from '../src/index.ts'
import { collect, openRig, type Rig, versions } from './rig.ts'

const activeIds = () => trace.getActiveSpan()?.spanContext()
const log = (body: string): void =>
  emitRecord({
    ...{ scope: { name: 'test', version: '1' }, context: activeContext(), timeUnixMs: Date.now() },
    ...{ severityNumber: 9, severityText: 'info', body, attributes: {} },
  })
const kindsOf = (spans: readonly RecordedSpan[], kind: RecordedSpan['kind']): RecordedSpan[] =>
  spans.filter((span) => span.kind === kind)
const ended = (rig: Rig, consumers: number): Promise<RecordedSpan[]> =>
  rig.spans.waitFor((spans) => kindsOf(spans, 'consumer').length >= consumers, 60_000)

describe.each(versions)('%s', (_, load) => {
  let rig: Rig
  const reports: string[] = []
  let restore = (): void => {}
  beforeAll(async () => {
    restore = setReporter((code, message) => reports.push(`${code} ${message}`))
    rig = await openRig(load)
  })
  afterEach(async () => {
    await rig.rest()
    expect(reports).toEqual([])
  })
  afterAll(async () => {
    restore()
    await rig?.close()
  })

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

  test.each(['eachMessage', 'eachBatch'] as const)(
    'what a handler of %s throws is what kafkajs gets, and marks the span',
    async (kind) => {
      const topic = await rig.topic()
      const producer = await rig.producer()
      await producer.send({ topic, messages: [{ value: 'v' }] })
      const failure = Object.assign(new TypeError('no'), { retriable: false })
      const crashed = collect<unknown>(1)
      const consumer = rig.client().consumer({ groupId: `g-${topic}`, retry: { retries: 0 } })
      consumer.on('consumer.crash', ({ payload }) => crashed.take([payload.error, activeIds()]))
      await consumer.connect()
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      await withRoot('start', () =>
        consumer.run({
          [kind]: async () => {
            throw failure
          },
        }),
      )
      const [[error, ids]] = (await crashed.done) as [
        [Error & { cause?: unknown; originalError?: unknown }, unknown],
      ]
      await consumer.disconnect()
      const span = kindsOf(await ended(rig, 1), 'consumer')[0]!
      expect([error === failure || error.cause === failure || error.originalError === failure, ids]).toEqual([
        true,
        undefined,
      ])
      expect([span.status, span.statusMessage, span.attributes['error.type'], span.events.length]).toEqual([
        ...['error', 'no', 'TypeError', 1],
      ])
    },
  )

  test('a send that fails marks its span, and is refused with the same words as without us', async () => {
    const producer = await rig.producer({ allowAutoTopicCreation: false, retry: { retries: 0 } })
    const calls = {
      'no value': () => producer.send({ topic: 't', messages: [{ key: 'k' } as never] }),
      'no messages': () => producer.send({ topic: 't' } as never),
      'no topic': () => producer.send({ messages: [] } as never),
      nothing: () => producer.send(undefined as never),
      'no message': () => producer.send({ topic: 't', messages: [null] as never }),
      'no headers': () => producer.send({ topic: 't', messages: [{ value: 'v', headers: 7 as never }] }),
      'no batches': () => producer.sendBatch({ topicMessages: [null] as never }),
      'no such topic': () => producer.send({ topic: `none-${process.pid}`, messages: [{ value: 'v' }] }),
    }
    const wordsOf = async (): Promise<string[]> => {
      const said: string[] = []
      for (const [name, call] of Object.entries(calls)) {
        const word = await call().then(
          () => 'sent',
          (error: Error) => `${error.name}: ${error.message}`,
        )
        said.push(`${name}: ${word}`)
      }
      return said
    }
    const ours = await withRoot('request', wordsOf)
    const failed = kindsOf(rig.spans.spans, 'producer').filter(({ status }) => status === 'error')
    rig.stop()
    const plain = await wordsOf()
    rig.restart({})
    expect(ours).toEqual(plain)
    expect(failed.map(({ attributes }) => attributes['messaging.destination.name'])).toEqual([
      ...['t', 't', 't', `none-${process.pid}`],
    ])
  })

  test('the relation of a topic is kept: a trace of its own with a link, also for those of a large call', async () => {
    const [linked, plain] = [await rig.topic(), await rig.topic()]
    rig.restart({ relation: 'auto', relations: { [linked]: 'link' } })
    const producer = await rig.producer()
    const many = Array.from({ length: 101 }, () => ({ value: 'x' }))
    await producer.send({ topic: linked, messages: [{ value: 'v' }] })
    await producer.send({ topic: plain, messages: many })
    await producer.send({ topic: plain, messages: many.slice(1) })
    await producer.send({
      topic: plain,
      messages: [{ value: 'old', timestamp: String(Date.now() - 3_700_000) }],
    })
    const eachMessage = async (_: EachMessagePayload): Promise<void> => {}
    await rig.consumer(linked, { eachMessage })
    await rig.consumer(plain, { eachMessage })
    const spans = await ended(rig, 203)
    const makers = kindsOf(spans, 'producer')
    const taken = kindsOf(spans, 'consumer').map(({ traceId, parentSpanId, links, attributes }) => {
      const maker = makers.findIndex(({ spanId }) => spanId === (parentSpanId ?? links[0]?.spanId))
      return [maker, traceId === makers[maker]?.traceId, attributes['clew.relation.reason'] ?? '-'].join(' ')
    })
    const tally: Record<string, number> = {}
    for (const one of taken) tally[one] = (tally[one] ?? 0) + 1
    expect(tally).toEqual({
      '0 false configured': 1,
      '1 false bulk': 101,
      '2 true -': 100,
      '3 false delay': 1,
    })
    rig.restart({})
  })

  test('hostile headers cost no message', async () => {
    const topic = await rig.topic()
    const producer = await rig.producer()
    const traceparent = [
      Buffer.from([0xff, 0x00, 0xfe]),
      'x'.repeat(500_000),
      ['00-1-2-3', Buffer.alloc(3)],
      Array.from({ length: 1_000 }, () => 'a'),
      '',
    ]
    const messages = traceparent.map((value) => ({
      value: 'v',
      headers: { traceparent: value, baggage: '%=%,;;' },
    }))
    await runInContext(suppressedRoot, () => producer.send({ topic, messages }))
    const got = collect<unknown>(messages.length)
    await rig.consumer(topic, { eachMessage: async () => got.take(activeIds()?.traceId) })
    expect(new Set(await got.done).size).toBe(messages.length)
  })

  test('after stop() clients that were made before send and take as without us', async () => {
    const topic = await rig.topic()
    const producer = await rig.producer()
    const got = collect<unknown>(2)
    await rig.consumer(topic, {
      eachMessage: async ({ message }) => got.take([Object.keys(message.headers ?? {}), activeIds()]),
    })
    rig.stop()
    await producer.send({ topic, messages: [{ value: 'v' }] })
    await producer.sendBatch({ topicMessages: [{ topic, messages: [{ value: 'v' }] }] })
    expect(await got.done).toEqual([
      [[], undefined],
      [[], undefined],
    ])
    expect(rig.spans.spans).toEqual([])
    rig.restart({})
  })
})
