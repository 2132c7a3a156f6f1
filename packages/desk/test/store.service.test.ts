import { afterEach, expect, test } from 'vitest'
import type {
  ChainData,
  ChainPage,
  LogDetail,
  LogPage,
  PatternPage,
  ServiceMap,
  SpanDetail,
  SurroundingLogs,
} from '../api/index.ts'
import { linkedTraces, repeatedQueries, sampleRequests } from './sample-traffic.ts'
import { cleanUp, closeRig, logsRequest, newTraceId, openRig, type StoreRig } from './store-rig.ts'

afterEach(cleanUp)

const bytesOf = (request: object): Uint8Array => new TextEncoder().encode(JSON.stringify(request))

async function writeSample(
  rig: StoreRig,
  sample: Parameters<typeof sampleRequests>[0],
  startMs: number,
): Promise<string> {
  const { traceId, traces, logs } = sampleRequests(sample, startMs)
  await rig.store.write('traces', 'json', bytesOf(traces))
  await rig.store.write('logs', 'json', bytesOf(logs))
  return traceId
}

test('a line is kept to the nanosecond with everything that it carried', async () => {
  const rig = await openRig()
  const [traceId, spanId] = [newTraceId(), '00f067aa0ba902b7']
  const attributes = [
    { key: 'orderId', value: { intValue: '9007199254740993' } },
    {
      key: 'nested',
      value: {
        kvlistValue: {
          values: [
            { key: 'a', value: { arrayValue: { values: [{ doubleValue: 1.5 }, { boolValue: true }, {}] } } },
          ],
        },
      },
    },
    { key: 'bytes', value: { bytesValue: 'AAEC' } },
    { key: '__proto__', value: { stringValue: 'plain' } },
  ]
  const record = {
    timeUnixNano: '1764000000123456789',
    observedTimeUnixNano: '1764000000123456790',
    severityNumber: 17,
    severityText: 'error',
    body: { kvlistValue: { values: [{ key: 'message', value: { stringValue: 'refused' } }] } },
    eventName: 'payment.refused',
    droppedAttributesCount: 2,
    flags: 1,
    traceId,
    spanId,
    attributes,
  }
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] }
  await rig.store.write(
    'logs',
    'json',
    bytesOf({
      resourceLogs: [
        { resource, scopeLogs: [{ scope: { name: 'pay', version: '2' }, logRecords: [record] }] },
      ],
    }),
  )
  const [line] = (await rig.ask<LogPage>('logs')).logs
  const nested = { a: [1.5, true, null] }
  expect(await rig.ask<LogDetail>('log', { ref: line!.ref })).toEqual({
    ref: line!.ref,
    timeUnixNano: '1764000000123456789',
    observedUnixNano: '1764000000123456790',
    severity: 17,
    severityText: 'error',
    service: 'shop',
    text: '{"message":"refused"}',
    body: { message: 'refused' },
    fields: 'orderId=9007199254740993 nested={"a":[1.5,true,null]} bytes=AAEC __proto__=plain',
    attributes: { orderId: '9007199254740993', nested, bytes: 'AAEC', ['__proto__']: 'plain' },
    droppedAttributes: 2,
    flags: 1,
    eventName: 'payment.refused',
    traceId,
    spanId,
    pattern: 0,
    resource: { 'service.name': 'shop' },
    scope: { name: 'pay', version: '2', attributes: {} },
  })
})

test('a trace and the one that it caused are one chain from either end', async () => {
  const rig = await openRig()
  const cause = await writeSample(rig, linkedTraces(), 1_764_000_000_000)
  const { chains } = await rig.ask<ChainPage>('chains')
  const effect = chains.find(({ traceId }) => traceId !== cause)!.traceId
  const shape = async (traceId: string) => {
    const data = await rig.ask<ChainData>('chain', { traceId })
    const names = data.spans.name.map(
      (name, index) => `${data.texts[name]} +${data.spans.startNs[index]! / 1e6}`,
    )
    return {
      names: names.toSorted(),
      links: data.links.map(({ from, to }) => [data.spans.spanId[from], data.spans.spanId[to]]),
      lines: data.logs.text.toSorted(),
      more: data.moreTraces,
    }
  }
  const fromCause = await shape(cause)
  expect(fromCause).toMatchObject({
    names: ['POST /signup +0', 'process mails +1224', 'send mails +20'],
    lines: ['welcome mail sent', '新用户注册成功'],
    more: 0,
  })
  expect(fromCause.links.flat().every((id) => id !== undefined)).toBe(true)
  expect(await shape(effect)).toEqual(fromCause)
})

test('a chain that goes on in a newer segment is whole, and is listed once', async () => {
  const rig = await openRig({ maxBytes: 8 * 1024 * 1024 })
  const traceId = newTraceId()
  const line = (body: string) => logsRequest([{ body, traceId, spanId: '00f067aa0ba902b7' }])
  await rig.store.write('logs', 'protobuf', line('first'))
  const timeUnixMs = Date.now()
  const filler = logsRequest(
    Array.from({ length: 2000 }, (_, i) => ({ timeUnixMs, body: `filler ${i} ${'x'.repeat(500)}` })),
  )
  for (let i = 0; rig.store.state().segments < 2 && i < 50; i++) {
    await rig.store.write('logs', 'protobuf', filler.slice())
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  await rig.store.write('logs', 'protobuf', line('second'))
  const data = await rig.ask<ChainData>('chain', { traceId })
  const { chains } = await rig.ask<ChainPage>('chains')
  expect([data.logs.text, chains.map((chain) => [chain.traceId, chain.logs])]).toEqual([
    ['first', 'second'],
    [[traceId, 2]],
  ])
  const ref = data.logs.ref.at(-1)!
  const around = await rig.ask<SurroundingLogs>('log-around', { ref, count: '3' })
  expect(around.logs.map(({ text }) => text.slice(0, 11))).toEqual([
    ...['filler 1997', 'filler 1998', 'filler 1999'],
    'second',
  ])
})

test('words, phrases, fields, levels and Chinese text find their lines, newest first', async () => {
  const rig = await openRig()
  const at = 1_764_000_000_000
  const bodies = [
    'order 1 accepted',
    'order 2 refused by the bank',
    '订单支付失败',
    'Café opened',
    'the bank refused order 4',
  ]
  await rig.store.write(
    'logs',
    'protobuf',
    logsRequest(
      bodies.map((body, i) => ({
        body,
        timeUnixMs: at + i,
        severityNumber: i === 1 ? 17 : 9,
        attributes: { orderId: i, tenant: `t-${i % 2}` },
      })),
    ),
  )
  const find = async (q: string) => (await rig.ask<LogPage>('logs', { q })).logs.map(({ text }) => text)
  const found = Object.fromEntries(
    await Promise.all(
      [
        'order',
        'bank refused',
        '"refused by"',
        '支付',
        'cafe',
        'orderId:3',
        'tenant:t-1',
        'level>=error',
        'order -bank',
        'orderId>=3',
        'nothing',
      ].map(async (q) => [q, await find(q)] as const),
    ),
  )
  expect(found).toEqual({
    order: [bodies[4], bodies[1], bodies[0]],
    'bank refused': [bodies[4], bodies[1]],
    '"refused by"': [bodies[1]],
    支付: [bodies[2]],
    cafe: [bodies[3]],
    'orderId:3': [bodies[3]],
    'tenant:t-1': [bodies[3], bodies[1]],
    'level>=error': [bodies[1]],
    'order -bank': [bodies[0]],
    'orderId>=3': [bodies[4], bodies[3]],
    nothing: [],
  })
})

test.each(['', 'row'])('pages of a search for "%s" have every line once, in order', async (q) => {
  const rig = await openRig()
  const lines = Array.from({ length: 250 }, (_, i) => ({
    body: `row ${i}`,
    timeUnixMs: 1_764_000_000_000 + Math.floor(i / 3),
  }))
  for (let i = 0; i < lines.length; i += 50)
    await rig.store.write('logs', 'protobuf', logsRequest(lines.slice(i, i + 50)))
  const texts: string[] = []
  for (let before: string | null = ''; before !== null; ) {
    const page: LogPage = await rig.ask('logs', { q, limit: '40', before })
    texts.push(...page.logs.map(({ text }) => text))
    before = page.next
  }
  expect(texts).toEqual(lines.map(({ body }) => body).toReversed())
})

test('patterns are counted as lines come and keep their numbers after a restart', async () => {
  const rig = await openRig()
  const lines = (from: number) =>
    logsRequest(
      Array.from({ length: 30 }, (_, i) => ({
        body: i % 3 === 0 ? `user ${from + i} logged in` : `order ${from + i} took ${i} ms`,
      })),
    )
  const patterns = async (one: StoreRig) =>
    (await one.ask<PatternPage>('patterns')).patterns.map(({ id, text, count }) => ({ id, text, count }))
  await rig.store.write('logs', 'protobuf', lines(100))
  const before = await patterns(rig)
  await closeRig(rig)
  const again = await openRig({ directory: rig.directory })
  await again.store.write('logs', 'protobuf', lines(500))
  expect(await patterns(again)).toEqual(before.map((one) => ({ ...one, count: one.count * 2 })))
  expect(before.map(({ count }) => count)).toEqual([20, 10])
})

test('services and their databases are a map', async () => {
  const rig = await openRig()
  await writeSample(rig, repeatedQueries(20), 1_764_000_000_000)
  const { services, edges } = await rig.ask<ServiceMap>('services')
  expect({ services, edges }).toEqual({
    services: [
      {
        name: 'shop-api',
        spans: 21,
        failedSpans: 0,
        logs: 2,
        failedLogs: 0,
        instances: 1,
        p50Ms: 68,
        p95Ms: 68,
      },
    ],
    edges: [
      {
        from: 'shop-api',
        to: 'postgresql shop',
        kind: 'database',
        label: 'postgresql',
        count: 20,
        failed: 0,
        p95Ms: 2.2,
      },
    ],
  })
})

test('a job whose trace is only linked to its maker is an edge of the map', async () => {
  const rig = await openRig()
  await writeSample(rig, linkedTraces(), 1_764_000_000_000)
  const { edges } = await rig.ask<ServiceMap>('services')
  expect(edges).toEqual([
    { from: 'accounts', to: 'mailer', kind: 'queue', label: 'mails', count: 1, failed: 0, p95Ms: 40 },
  ])
})

test('OTLP JSON that a chain was exported as makes the same chain elsewhere', async () => {
  const [here, there] = [await openRig(), await openRig()]
  const traceId = await writeSample(here, repeatedQueries(), 1_764_000_000_000)
  const exported = Buffer.from(
    await here.store.query({ name: 'chain-export', parameters: { traceId, as: 'otlp' } }),
  ).toString()
  const [traces, logs] = exported.trim().split('\n')
  await there.store.write('traces', 'json', Buffer.from(traces!))
  await there.store.write('logs', 'json', Buffer.from(logs!))
  const detail = async (rig: StoreRig) => {
    const data = await rig.ask<ChainData>('chain', { traceId })
    const span = await rig.ask<SpanDetail>('span', { ref: data.spans.ref[3]! })
    return { data, span }
  }
  expect(await detail(there)).toEqual(await detail(here))
})
