import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { runInContext, suppressedRoot, withRoot } from '@clew/core'
import { describe, expect, test } from 'vitest'
import { activeIds, kindsOf, useRig } from '../../kafkajs/test/kafka-rig.ts'
import { withMessage, withMessages } from '../src/index.ts'
import { named, openRig, type Rig, versions } from './rig.ts'

describe.each(versions)('@platformatic/kafka %s', (_, load) => {
  let rig: Rig
  useRig(
    () => openRig(load),
    (opened) => {
      rig = opened
    },
  )

  test('concurrent first sends of an idempotent producer serialise each in its own context', async () => {
    const topic = await rig.topic()
    const seen = new Map<string, string | undefined>()
    const { stringSerializers } = rig.library
    const value = (data?: string): Buffer | undefined => {
      seen.set(String(data), activeIds()?.traceId)
      return stringSerializers.value(data)
    }
    const producer = rig.producer({ idempotent: true, serializers: { ...stringSerializers, value } })
    const names = ['a', 'b', 'c']
    await Promise.all(
      names.map((name) => withRoot(name, () => producer.send({ messages: [{ topic, value: name }] }))),
    )
    expect(names.map((name) => seen.get(name))).toEqual(
      names.map((name) => named(rig.spans.spans, name).traceId),
    )
  })

  test('headers go in the form that the serializers take, and stay what the application set', async () => {
    const topic = await rig.topic()
    const { jsonDeserializer, jsonSerializer, serializersFrom, deserializersFrom } = rig.library
    const own = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
    const bytes = rig.producer({ serializers: undefined })
    const json = rig.producer({ serializers: serializersFrom(jsonSerializer) })
    const refusing = rig.producer({
      serializers: { headerKey: () => undefined, headerValue: () => undefined },
    })
    const messages = Object.freeze([
      Object.freeze({ topic, value: Buffer.from('"plain"') }),
      Object.freeze({
        topic,
        value: Buffer.from('"map"'),
        headers: new Map([[Buffer.from('own'), Buffer.from('"x"')]]),
      }),
      Object.freeze({
        ...{ topic, value: Buffer.from('"own"') },
        headers: new Map([[Buffer.from('traceparent'), Buffer.from(own)]]),
      }),
    ])
    const before = inspect(messages, { depth: 5 })
    await bytes.send({ messages: messages as never })
    await json.send({ messages: [{ topic, key: 'k', value: 'json', headers: { own: 'x' } }] })
    await refusing.send({ messages: [{ topic, value: Buffer.from('"none"') as never }] })
    const headersOf = new Map<string, unknown>()
    for await (const { value, headers } of await rig.stream(topic, { deserializers: undefined })) {
      headersOf.set(
        String(value),
        [...headers].map(([name, text]) => [String(name), String(text)]),
      )
      if (headersOf.size === 5) break
    }
    const [first, second] = kindsOf(rig.spans.spans, 'producer').map(
      ({ traceId, spanId }) => `00-${traceId}-${spanId}-01`,
    )
    expect([...headersOf]).toEqual([
      ['"plain"', [['traceparent', first]]],
      [
        '"map"',
        [
          ['own', '"x"'],
          ['traceparent', first],
        ],
      ],
      ['"own"', [['traceparent', own]]],
      [
        '"json"',
        [
          ['"own"', '"x"'],
          ['"traceparent"', `"${second}"`],
        ],
      ],
      ['"none"', []],
    ])
    expect(inspect(messages, { depth: 5 })).toBe(before)
    const jsonTopic = await rig.topic()
    await json.send({ messages: [{ topic: jsonTopic, key: 'k', value: 'json' }] })
    for await (const _ of await rig.stream(jsonTopic, {
      deserializers: deserializersFrom(jsonDeserializer),
    })) {
      expect(activeIds()?.traceId).toBe(kindsOf(rig.spans.spans, 'producer').at(-1)?.traceId)
      break
    }
  })

  test('by hand one message or several are worked on; within a request a message is left to that', async () => {
    const topic = await rig.topic()
    const producer = rig.producer()
    for (const value of ['a', 'b', 'c'])
      await withRoot(value, () => producer.send({ messages: [{ topic, value }] }))
    const failure = new RangeError('no')
    await withRoot('request', async () => {
      const own = activeIds()
      const iterator = (await rig.stream(topic))[Symbol.asyncIterator]()
      const messages = [await iterator.next(), await iterator.next(), await iterator.next()].map(
        ({ value }) => value,
      )
      expect(activeIds()).toEqual(own)
      const inside = await withMessage(messages[0], async () => activeIds()?.traceId)
      expect(inside).toBe(named(rig.spans.spans, 'a').traceId)
      await expect(
        withMessages(messages, async () => {
          throw failure
        }),
      ).rejects.toBe(failure)
      await iterator.return?.()
    })
    const [one, several, ...more] = kindsOf(rig.spans.spans, 'consumer')
    const request = named(rig.spans.spans, 'request')
    expect([one!.links.map(({ spanId }) => spanId), more]).toEqual([[request.spanId], []])
    expect([several!.parentSpanId, several!.status, several!.links.map(({ spanId }) => spanId)]).toEqual([
      request.spanId,
      'error',
      kindsOf(rig.spans.spans, 'producer').map(({ spanId }) => spanId),
    ])
  })

  test('the relation of a topic is kept, a send that fails marks its span, a suppressed one has none', async () => {
    const topic = await rig.topic()
    rig.restart({ relations: { [topic]: 'link' } })
    const producer = rig.producer()
    await withRoot('request', () => producer.send({ messages: [{ topic, value: 'v' }] }))
    await runInContext(suppressedRoot, () => producer.send({ messages: [{ topic, value: 'w' }] }))
    const wrong = { messages: [{ topic: `none-${topic}`, value: 'x' }], autocreateTopics: false }
    const failed = await withRoot('failing', () => producer.send(wrong).catch((error: Error) => error))
    const left: unknown[] = []
    for await (const { headers } of await rig.stream(topic)) if (left.push(headers.size) === 2) break
    const { spans } = rig.spans
    const [sent, refused, ...more] = kindsOf(spans, 'producer')
    const [linked, alone] = kindsOf(spans, 'consumer')
    expect([left, more, refused!.status, refused!.statusMessage]).toEqual([
      [1, 0],
      [],
      'error',
      (failed as Error).message,
    ])
    expect([linked!.parentSpanId, linked!.links.map(({ spanId }) => spanId), alone!.links]).toEqual([
      undefined,
      [sent!.spanId],
      [],
    ])
    rig.restart()
  })

  test('a generator that gathers batches leaves them in no trace', async () => {
    const topic = await rig.topic()
    const producer = rig.producer()
    for (let n = 0; n < 6; n++)
      await withRoot(`${n}`, () => producer.send({ messages: [{ topic, value: `${n}` }] }))
    async function* batches<T>(messages: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
      let batch: T[] = []
      for await (const message of messages) {
        if (batch.push(message) < size) continue
        yield batch
        batch = []
      }
    }
    const seen: unknown[] = []
    for await (const batch of batches(await rig.stream(topic), 3)) {
      await sleep(1)
      if (seen.push([batch.length, activeIds()]) === 2) break
    }
    expect(seen).toEqual([
      [3, undefined],
      [3, undefined],
    ])
  })
})
