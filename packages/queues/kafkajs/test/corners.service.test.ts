import { runInContext, suppressedRoot, withRoot } from '@clew/core'
import type { EachMessagePayload } from 'kafkajs'
import { describe, expect, test } from 'vitest'
import { activeIds, kindsOf, useRig } from './kafka-rig.ts'
import { collect, ended, openRig, type Rig, versions } from './rig.ts'

describe.each(versions)('%s', (_, load) => {
  let rig: Rig
  useRig(
    () => openRig(load),
    (opened) => {
      rig = opened
    },
  )

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
