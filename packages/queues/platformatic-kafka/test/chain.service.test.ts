import { setTimeout as sleep } from 'node:timers/promises'
import { withRoot } from '@clew/core'
import { describe, expect, test } from 'vitest'
import { activeIds, kindsOf, log, useRig } from '../../kafkajs/test/kafka-rig.ts'
import { named, openRig, type Rig, versions } from './rig.ts'

describe.each(versions)('@platformatic/kafka %s', (_, load) => {
  let rig: Rig
  useRig(
    () => openRig(load),
    (opened) => {
      rig = opened
    },
  )

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
})
