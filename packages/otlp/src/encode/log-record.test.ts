import fc from 'fast-check'
import { expect, test } from 'vitest'
import { attributesOf, encodeLog, encodeLogs } from '../../test/encode-once.ts'
import { type DecodedEntry, decodeRecords } from '../../test/protobufjs-decoder.ts'
import { createByteWriter } from './byte-writer.ts'
import type { LogInput } from './input.ts'
import { defaultLimits } from './limits.ts'
import { writeLogRecord } from './log-record.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'

test('every field of a record arrives', () => {
  const record: LogInput = {
    timeUnixMs: 1_795_474_426_304.25,
    severityNumber: 17,
    severityText: 'error',
    body: { why: 'x' },
    eventName: 'order.failed',
    attributes: { a: 1 },
    contextAttributes: { request_id: 'r' },
    traceId,
    spanId,
    traceFlags: 1,
  }
  expect(encodeLog(record)).toEqual({
    time: 1_795_474_426_304_250_000n,
    observedTime: 1_795_474_426_304_250_000n,
    severityNumber: 17,
    severityText: 'error',
    body: { map: [['why', { text: 'x' }]] },
    attributes: [
      ['request_id', { text: 'r' }],
      ['a', { int: 1n }],
    ],
    dropped: 0,
    flags: 1,
    traceId,
    spanId,
    eventName: 'order.failed',
  })
})

test('keys that are inherited are not sent, also those that somebody puts on every object', () => {
  const own = { own: { in: 1 } }
  const inheriting: object = Object.assign(Object.create({ inherited: 1 }), own)
  const writer = createByteWriter()
  const write = (): void => {
    for (const attributes of [own, inheriting]) {
      const record = { timeUnixMs: 1, severityNumber: 9, severityText: 'info', body: 'b' }
      writeLogRecord(writer, { ...record, attributes }, defaultLimits)
      writeLogRecord(writer, { ...record, contextAttributes: attributes }, defaultLimits)
    }
  }
  write()
  Object.defineProperty(Object.prototype, 'everywhere', { value: 1, enumerable: true, configurable: true })
  try {
    write()
  } finally {
    delete (Object.prototype as { everywhere?: unknown }).everywhere
  }
  const sent = decodeRecords(writer.buffer.subarray(0, writer.position)).map(({ attributes }) => attributes)
  expect(sent).toEqual(Array.from({ length: 8 }, () => [['own', { map: [['in', { int: 1n }]] }]]))
})

test.each([
  ['only a trace id', { traceId }],
  ['only a span id', { spanId }],
  ['a short trace id', { traceId: 'ab', spanId }],
  ['an id that is not hex', { traceId, spanId: 'b7ad6b716920333z' }],
  ['an id with a unit whose low byte is a digit', { traceId, spanId: 'b7ad6b716920333\u0130' }],
])('no link is sent with %s', (_name, ids) => {
  const { flags, ...sent } = encodeLog({ ...ids, traceFlags: 1 })
  expect({ flags, traceId: sent.traceId, spanId: sent.spanId }).toEqual({ flags: 0, traceId: '', spanId: '' })
})

test('ids in upper case are the same ids, and a bad id is bad each time', () => {
  const bad = { traceId: 'z'.repeat(32), spanId }
  const ids = [{ traceId, spanId: spanId.toUpperCase() }, bad, bad, { traceId, spanId }]
  expect(encodeLogs(ids).map(({ spanId }) => spanId)).toEqual([spanId, '', '', spanId])
})

test('a thousand different ids, then again, keep apart', () => {
  const ids = Array.from({ length: 1000 }, (_, index) =>
    (index * 7919 + 1).toString(16).padStart(32, 'fedcba98'),
  )
  const twice = [...ids, ...ids]
  expect(encodeLogs(twice.map((traceId) => ({ traceId, spanId }))).map(({ traceId }) => traceId)).toEqual(
    twice,
  )
})

test('keys made of data do not disturb the keys around them', () => {
  const records = Array.from({ length: 10_000 }, (_, index) => ({ a: 1, [`user-${index}`]: 2, größe: 3 }))
  const keys = encodeLogs(records.map((attributes) => ({ attributes }))).map(({ attributes }) =>
    attributes.map(([key]) => key),
  )
  expect(keys).toEqual(records.map((attributes) => Object.keys(attributes)))
})

test('a context key that the record has too is sent once, unless the record leaves it out', () => {
  const contextAttributes = { a: 'c', b: 'c', c: 'c' }
  const attributes = { a: 'own', b: undefined, c: 'own' }
  expect(attributesOf(encodeLog({ contextAttributes, attributes, omit: new Set(['c']) }))).toEqual({
    a: { text: 'own' },
    b: { text: 'c' },
    c: { text: 'c' },
  })
})

test('what is beyond the limits is dropped and counted, the body has its own length', () => {
  const limits = { attributeCount: 2, attributeValueLength: 3, bodyLength: 5 }
  const attributes = { a: 'abcdef', b: 1, c: 2, d: undefined, e: 3, omitted: 4 }
  const {
    body,
    attributes: sent,
    dropped,
  } = encodeLog({ body: 'abcdefgh', attributes, omit: new Set(['omitted']) }, limits)
  expect({ body, sent, dropped }).toEqual({
    body: { text: 'abcde' },
    sent: [
      ['a', { text: 'abc' }],
      ['b', { int: 1n }],
    ],
    dropped: 2,
  })
})

test('attributes that cannot be listed are replaced, the record and its neighbours stay', () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const bad = encodeLogs([
    { body: '1', contextAttributes: { a: 1 }, attributes: proxy },
    { body: '2', contextAttributes: proxy },
    { body: '3' },
  ])
  const threw = { text: expect.stringMatching(/^\[Threw: .*revoked/) }
  expect(bad.map(({ body, attributes, dropped }) => [body, attributes, dropped])).toEqual([
    [
      { text: '1' },
      [
        ['a', { int: 1n }],
        ['clew.replaced', threw],
      ],
      1,
    ],
    [{ text: '2' }, [['clew.replaced', threw]], 1],
    [{ text: '3' }, [], 0],
  ])
})

test('what is no time is not sent', () => {
  const times = [Number.NaN, -1, Number.POSITIVE_INFINITY, 2 ** 64 / 1e6].map(
    (timeUnixMs) => encodeLog({ timeUnixMs }).time,
  )
  expect(times).toEqual([0n, 0n, 0n, 0n])
})

test('a record that cannot be encoded is replaced by one that says why', () => {
  const bad: LogInput = {
    timeUnixMs: 1,
    severityNumber: 9,
    body: 'text',
    traceId,
    spanId,
    get severityText(): string {
      throw new Error('no text')
    },
  }
  const writer = createByteWriter(64)
  writeLogRecord(writer, bad, defaultLimits)
  writeLogRecord(writer, { timeUnixMs: 1, severityNumber: 9, severityText: 'i', body: 'next' }, defaultLimits)
  const [replaced, next] = decodeRecords(writer.buffer.subarray(0, writer.position))
  expect([replaced?.body, replaced?.attributes, replaced?.traceId, next?.body]).toEqual([
    { text: 'text' },
    [['clew.replaced', { text: 'no text' }]],
    traceId,
    { text: 'next' },
  ])
})

test('names that are no strings are sent as their text', () => {
  const record = { severityText: 5, eventName: Symbol('e') } as unknown as Partial<LogInput>
  const { severityText, eventName } = encodeLog(record)
  expect({ severityText, eventName }).toEqual({ severityText: '5', eventName: 'Symbol(e)' })
})

test('a getter that logs puts its record behind the one that reads it', () => {
  const writer = createByteWriter(64)
  const log = (body: unknown, attributes?: object) =>
    writeLogRecord(
      writer,
      { timeUnixMs: 1, severityNumber: 9, severityText: 'i', body, attributes },
      defaultLimits,
    )
  const logging = {
    get seen(): string {
      log('inner', { x: { y: 1 } })
      return 'value'
    },
  }
  log('outer', { logging, after: 1 })
  const records = decodeRecords(writer.buffer.subarray(0, writer.position))
  expect(records.map(({ body, attributes }) => [body, attributes])).toEqual([
    [
      { text: 'outer' },
      [
        ['logging', { map: [['seen', { text: 'value' }]] }],
        ['after', { int: 1n }],
      ],
    ],
    [{ text: 'inner' }, [['x', { map: [['y', { int: 1n }]] }]]],
  ])
})

test('a getter that logs itself ends', () => {
  const writer = createByteWriter(64)
  const attributes = {
    get self(): number {
      writeLogRecord(
        writer,
        { timeUnixMs: 1, severityNumber: 9, severityText: 'i', body: 'b', attributes },
        defaultLimits,
      )
      return 1
    },
  }
  writeLogRecord(
    writer,
    { timeUnixMs: 1, severityNumber: 9, severityText: 'i', body: 'b', attributes },
    defaultLimits,
  )
  const records = decodeRecords(writer.buffer.subarray(0, writer.position))
  expect(records.map(({ attributes }) => attributes.map(([key]) => key))).toEqual([
    ...Array.from({ length: 8 }, () => ['self']),
    ['clew.replaced'],
  ])
})

test('records that repeat a part of what was written before are whole, however little room there is', () => {
  const other = '1af7651916cd43dd8448eb211c80319c'
  const record = fc.record({
    severityNumber: fc.constantFrom(9, 13),
    severityText: fc.constantFrom('', 'info', 'warn', 'é'.repeat(30)),
    body: fc.constantFrom('b', 'a text of more than twenty units', 'é'.repeat(21), '中'.repeat(40)),
    traceId: fc.constantFrom(traceId, other),
    spanId: fc.constantFrom(spanId, 'b7ad6b7169203332'),
    traceFlags: fc.constantFrom(0, 1),
    hasWeight: fc.boolean(),
    weight: fc.constantFrom(0, 1, 100),
  })
  const same = fc.property(fc.array(record, { minLength: 1 }), fc.nat(600), (records, room) => {
    const writer = createByteWriter(room)
    for (const { hasWeight, weight, ...fields } of records) {
      const attributes = hasWeight ? { 'log.sample.weight': 7, a: 1 } : { a: 1 }
      writeLogRecord(writer, { ...fields, timeUnixMs: 0, attributes }, defaultLimits, weight)
    }
    const read = decodeRecords(writer.buffer.subarray(0, writer.position))
    expect(read.map(({ attributes, ...rest }) => ({ ...rest, weight: weightIn(attributes) }))).toEqual(
      records.map(({ hasWeight, weight, body, traceFlags, ...fields }) => ({
        ...fields,
        ...{ time: 0n, observedTime: 0n, body: { text: body }, dropped: 0, flags: traceFlags, eventName: '' },
        weight: hasWeight ? 7 : weight,
      })),
    )
  })
  fc.assert(same, { numRuns: 500 })
})

function weightIn(attributes: readonly DecodedEntry[]): number {
  const weights = attributes.flatMap(([key, value]) => (key === 'log.sample.weight' ? [value] : []))
  const [weight = { int: 1n }, ...more] = weights
  expect(more).toEqual([])
  return 'int' in weight ? Number(weight.int) : Number.NaN
}
