import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { activeContext, emitRecord, runInContext, setReporter, suppressedRoot, withRoot } from '@clew/core'
import type { RecordedSpan } from '@clew/testing'
import { trace } from '@opentelemetry/api'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { withMessage, withMessages } from '../src/index.ts'
import { openRig, type Rig, versions } from './rig.ts'

const activeIds = () => trace.getActiveSpan()?.spanContext()
const log = (body: string): void =>
  emitRecord({
    ...{ scope: { name: 'test', version: '1' }, context: activeContext(), timeUnixMs: Date.now() },
    ...{ severityNumber: 9, severityText: 'info', body, attributes: {} },
  })
const kindsOf = (spans: readonly RecordedSpan[], kind: RecordedSpan['kind']): RecordedSpan[] =>
  spans.filter((span) => span.kind === kind)
const named = (spans: readonly RecordedSpan[], name: string): RecordedSpan =>
  spans.find((span) => span.name === name)!

describe.each(versions)('@platformatic/kafka %s', (_, load) => {
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

  test.each(['classic', 'consumer'] as const)(
    'by the %s protocol each turn of a loop is in the trace of its maker, until the next message is asked for',
    async (groupProtocol) => {
      const topic = await rig.topic()
      const producer = rig.producer()
      for (const name of ['first', 'second'])
        await withRoot(name, () =>
          producer.send({ messages: [{ topic, value: name, headers: { own: 'x' } }] }),
        )
      const seen: unknown[] = []
      const lates: Promise<unknown>[] = []
      for await (const message of await rig.stream(topic, { groupProtocol })) {
        log(`taken ${message.value}`)
        await sleep(1)
        seen.push([message.value, activeIds()?.traceId, [...message.headers.keys()]])
        lates.push(sleep(50).then(() => activeIds()))
        if (seen.length === 2) break
      }
      const after = activeIds()
      const { spans } = rig.spans
      const owners = ['first', 'second'].map((name) => named(spans, name))
      const sent = kindsOf(spans, 'producer')
      const taken = kindsOf(spans, 'consumer')
      expect([seen, await Promise.all(lates), after]).toEqual([
        owners.map(({ name, traceId }) => [name, traceId, ['own', 'traceparent']]),
        [undefined, undefined],
        undefined,
      ])
      const cluster = taken[0]!.attributes['messaging.kafka.cluster.id']
      expect(sent.map(({ name, parentSpanId, attributes }) => [name, parentSpanId, attributes])).toEqual(
        owners.map(({ spanId }, offset) => [
          `send ${topic}`,
          spanId,
          {
            'messaging.system': 'kafka',
            'messaging.operation.type': 'send',
            'messaging.operation.name': 'send',
            'messaging.destination.name': topic,
            'messaging.client.id': 'shop',
            ...(offset > 0 && { 'messaging.kafka.cluster.id': cluster }),
            'messaging.destination.partition.id': '0',
            'messaging.kafka.offset': offset,
          },
        ]),
      )
      expect(taken.map(({ name, parentSpanId, attributes }) => [name, parentSpanId, attributes])).toEqual(
        sent.map(({ spanId }, offset) => [
          `process ${topic}`,
          spanId,
          {
            'messaging.system': 'kafka',
            'messaging.operation.type': 'process',
            'messaging.operation.name': 'process',
            'messaging.destination.name': topic,
            'messaging.destination.partition.id': '0',
            'messaging.consumer.group.name': `g-${topic}`,
            'messaging.client.id': 'shop',
            'messaging.kafka.cluster.id': cluster,
            'messaging.kafka.offset': offset,
          },
        ]),
      )
      expect(cluster).toMatch(/^[\w-]{22}$/)
      const record = rig.logs.logs.find(
        ({ body, traceId }) => body === 'taken second' && traceId === owners[1]!.traceId,
      )
      expect([record?.spanId, record?.attributes]).toEqual([
        taken[1]!.spanId,
        {
          'messaging.destination.name': topic,
          'messaging.destination.partition.id': '0',
          'messaging.kafka.offset': 1,
        },
      ])
    },
  )

  test('each message of data is in the trace of its maker; what its listener throws is what the stream throws', async () => {
    const topic = await rig.topic()
    const producer = rig.producer()
    for (const name of ['first', 'second'])
      await withRoot(name, () => producer.send({ messages: [{ topic, value: name }] }))
    const stream = await withRoot('start', () => rig.stream(topic))
    const failure = new TypeError('no')
    const seen: unknown[] = []
    const emit = stream.emit
    const thrown = new Promise((resolve) => {
      // Before it would end the process.
      stream.emit = function (this: typeof stream, ...args: Parameters<typeof emit>) {
        try {
          return emit.apply(this, args)
        } catch (error) {
          resolve(error)
          return true
        }
      } as typeof emit
    })
    withRoot('request', () =>
      stream.on('data', (message) => {
        seen.push([message.value, activeIds()?.traceId])
        if (message.value === 'second') throw failure
      }),
    )
    expect(await thrown).toBe(failure)
    const { spans } = rig.spans
    expect(seen).toEqual(['first', 'second'].map((name) => [name, named(spans, name).traceId]))
    expect(kindsOf(spans, 'consumer').map(({ status, links }) => [status, links])).toEqual([
      ['unset', []],
      ['error', []],
    ])
  })

  test('what many requests write to one stream goes in one send, and each message in the trace of its own request', async () => {
    const topic = await rig.topic()
    const producer = rig.producer()
    const out = producer.asStream({ batchSize: 4, batchTime: 5_000 })
    const reused = { topic, value: 'reused' }
    const names = ['a', 'b', 'c', 'd']
    for (const name of names) withRoot(name, () => out.write(name < 'c' ? reused : { topic, value: name }))
    const seen: unknown[] = []
    for await (const { value } of await rig.stream(topic)) {
      seen.push([value, activeIds()?.traceId])
      if (seen.length === 4) break
    }
    await out.close()
    const { spans } = rig.spans
    const owners = names.map((name) => named(spans, name))
    expect(seen).toEqual(
      ['reused', 'reused', 'c', 'd'].map((value, index) => [value, owners[index]!.traceId]),
    )
    const [sent, ...more] = kindsOf(spans, 'producer')
    expect([more, sent!.parentSpanId, sent!.links.map(({ spanId }) => spanId)]).toEqual([
      [],
      undefined,
      owners.map(({ spanId }) => spanId),
    ])
    expect(reused).toEqual({ topic, value: 'reused' })
  })

  test('messages of a transaction have the context of their send, with a callback as with a promise', async () => {
    const topic = await rig.topic()
    const producer = rig.producer({ idempotent: true, transactionalId: `tx-${topic}` })
    const [called, traceId] = await withRoot('request', async () => {
      const transaction = await producer.beginTransaction()
      await transaction.send({ messages: [{ topic, value: 'promise' }] })
      const context = await new Promise<string | undefined>((resolve, reject) => {
        transaction.send({ messages: [{ topic, value: 'callback' }] }, (error) => {
          if (error) reject(error)
          else resolve(activeIds()?.spanId)
        })
      })
      await transaction.commit()
      return [context, activeIds()!.traceId]
    })
    const seen: unknown[] = []
    for await (const { value } of await rig.stream(topic, { isolationLevel: 1 })) {
      seen.push([value, activeIds()?.traceId])
      if (seen.length === 2) break
    }
    const { spans } = rig.spans
    expect([called, seen]).toEqual([
      named(spans, 'request').spanId,
      [
        ['promise', traceId],
        ['callback', traceId],
      ],
    ])
  })

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
