import { afterEach, expect, test } from 'vitest'
import type { ChainData, ChainPage, LogDetail, LogPage } from '../api/index.ts'
import { buildChain } from '../chain/index.ts'
import { cleanUp, logsRequest, newTraceId, openRig, type StoreRig } from './store-rig.ts'

afterEach(cleanUp)

let rig: StoreRig

/** Resolves with how many records were kept, or why none was. */
function write(encoding: 'protobuf' | 'json', bytes: Uint8Array): Promise<number | string> {
  return rig.store.write('logs', encoding, bytes).then(
    ({ records }) => records,
    (error: { code: string }) => error.code,
  )
}

function writeJson(record: object): Promise<number | string> {
  const request = { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] }
  return write('json', Buffer.from(JSON.stringify(request)))
}

test('hostile records are kept as far as they can be, and cost no other', async () => {
  rig = await openRig()
  const attributes = Array.from({ length: 100_000 }, (_, i) => ({ key: `key${i}`, value: { intValue: i } }))
  const far = {
    body: { stringValue: 'far' },
    timeUnixNano: '18446744073709551615',
    severityNumber: -7,
    traceId: 'abcd',
    spanId: '00',
  }
  const ids = { traceId: newTraceId(), spanId: '00f067aa0ba902b7' }
  const results = [
    await writeJson({ body: { stringValue: 'many' }, timeUnixNano: '1', attributes }),
    await writeJson({ body: nested(40) }),
    await writeJson(far),
    await write('protobuf', logsRequest([{ body: `${'z'.repeat(1_000_000)} end`, ...ids }])),
    await write('protobuf', invalidUtf8()),
    await writeJson({ body: { stringValue: 'a\u0000b \ud800 <script>alert(1)</script>' } }),
  ]
  expect(results).toEqual([1, 'decode', 1, 1, 1, 1])
  const { logs } = await rig.ask<LogPage>('logs')
  const many = logs.find(({ text }) => text === 'many')!
  const detail = await rig.ask<LogDetail>('log', { ref: many.ref })
  expect([Object.keys(detail.attributes).length, detail.droppedAttributes]).toEqual([1000, 99_000])
  const long = logs.find(({ text }) => text.startsWith('zzz'))!
  expect([long.text.length, (await rig.ask<LogDetail>('log', { ref: long.ref })).body]).toEqual([
    2000,
    expect.stringMatching(/^z{65536}…\(\+\d+ characters\)$/),
  ])
  expect((await rig.ask<ChainData>('chain', { traceId: long.traceId })).logs.text[0]).toHaveLength(500)
})

function nested(levels: number): object {
  return levels === 0 ? { stringValue: 'x' } : { arrayValue: { values: [nested(levels - 1)] } }
}

function invalidUtf8(): Uint8Array {
  const bytes = logsRequest([{ body: 'XXXX' }])
  bytes.set([0xff, 0xfe, 0xc3, 0x28], Buffer.from(bytes).indexOf('XXXX'))
  return bytes
}

test.each([
  ['in the middle', 'before\u0000behind'],
  ['at the start', '\u0000behind'],
  ['in a text with letters of four bytes', '🙂é\u0000behind 🙂'],
  ['far back in a long one', `${'x'.repeat(1500)}\u0000behind`],
  ['not at all, but beyond ASCII', 'größe 订单 🙂 behind'],
])('a NUL hides nothing of a line, in a list, a chain or a search: %s', async (_, body) => {
  rig = await openRig()
  const traceId = newTraceId()
  await write(
    'protobuf',
    logsRequest([{ body, traceId, spanId: '00f067aa0ba902b7', severityNumber: 17, severityText: 'ERROR' }]),
  )
  const { logs } = await rig.ask<LogPage>('logs', { q: 'behind' })
  const { chains } = await rig.ask<ChainPage>('chains')
  const chain = await rig.ask<ChainData>('chain', { traceId })
  expect([logs[0]!.text, chain.logs.text[0], chains[0]!.name, chains[0]!.error]).toEqual([
    body,
    body.slice(0, body.length < 500 ? undefined : 500),
    body.slice(0, body.length < 300 ? undefined : 300),
    body.slice(0, body.length < 300 ? undefined : 300),
  ])
})

test.each<[string, { span?: object; event?: object; log?: object }]>([
  ['an event without one', { event: { timeUnixNano: undefined } }],
  ['an event in milliseconds', { event: { timeUnixNano: '1764000000001' } }],
  ['an event after the year 2200', { event: { timeUnixNano: '18446744073709551615' } }],
  ['a span without a start', { span: { startTimeUnixNano: undefined } }],
  ['a span in microseconds', { span: { startTimeUnixNano: '1764000000000000' } }],
  ['a span without an end', { span: { endTimeUnixNano: undefined } }],
  ['a span that ends in 1970', { span: { endTimeUnixNano: '1' } }],
  ['a line that was seen', { log: { timeUnixNano: undefined } }],
  ['a line in seconds', { log: { timeUnixNano: '1764000000' } }],
])('no chain lasts decades for a time that is none: %s', async (_, { span, event, log }) => {
  rig = await openRig()
  const traceId = newTraceId()
  const at = (ms: number): string => `${1764000000000 + ms}000000`
  const whole = {
    ...{ traceId, spanId: '00f067aa0ba902b7', name: 'job' },
    ...{ startTimeUnixNano: at(0), endTimeUnixNano: at(20) },
    events: [{ name: 'retry', timeUnixNano: at(5), ...event }],
  }
  const line = { traceId, spanId: whole.spanId, timeUnixNano: at(10), observedTimeUnixNano: at(11) }
  await rig.store.write(
    'traces',
    'json',
    Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ ...whole, ...span }] }] }] })),
  )
  await writeJson({ ...line, ...log, body: { stringValue: 'line' } })
  const { endNs } = buildChain(await rig.ask<ChainData>('chain', { traceId }))
  expect(endNs).toBeLessThanOrEqual(20e6)
})
