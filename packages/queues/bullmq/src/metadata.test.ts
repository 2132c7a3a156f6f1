import {
  activeContext,
  formatTraceparent,
  getFields,
  setKeptTraces,
  spanOf,
  withFields,
  withoutMark,
} from '@clew/core'
import { recordSpans, type SpanRecorder } from '@clew/testing'
import { context, propagation } from '@opentelemetry/api'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { contextOfMaker, encodeMetadata, parseMetadata, parseTraceparent } from './metadata.ts'

let spans: SpanRecorder
beforeEach(() => {
  spans = recordSpans()
})
afterEach(() => spans.stop())

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

describe('encodeMetadata and parseMetadata', () => {
  test('carry span, tracestate, baggage, fields and the number of jobs', () => {
    const carrier = { traceparent: traceparent, tracestate: 'a=1,b=2', baggage: 'tenant=acme' }
    const maker = propagation.extract(context.active(), carrier)
    const text = context.with(maker, () =>
      withFields({ request_id: 'r1', retries: 3, vip: true }, () => encodeMetadata(activeContext(), 7)),
    )
    const metadata = parseMetadata(text)
    const read = contextOfMaker(metadata)
    const { traceId, spanId, traceFlags, traceState } = spanOf(read)?.spanContext() ?? {}
    expect({
      span: [traceId, spanId, traceFlags, traceState?.serialize()],
      baggage: propagation.getBaggage(read)?.getEntry('tenant')?.value,
      fields: metadata?.fields,
      jobs: metadata?.jobs,
    }).toEqual({
      span: ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331', 1, 'a=1,b=2'],
      baggage: 'acme',
      fields: { request_id: 'r1', retries: 3, vip: true },
      jobs: 7,
    })
  })

  test('carry nothing when there is nothing to carry', () => {
    expect(encodeMetadata(context.active())).toBeUndefined()
  })

  test('carry fields without any trace', () => {
    const text = withFields({ tenant: 'acme' }, () => encodeMetadata(activeContext()))
    expect(text).toBe('{"clew":{"fields":{"tenant":"acme"}}}')
    expect(getFields()).toEqual({})
  })

  test('come back whole for any fields', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean())
    const fields = fc.dictionary(fc.string(), value, { minKeys: 1 })
    fc.assert(
      fc.property(fields, fc.integer({ min: 1, max: 1e6 }), (given, jobs) => {
        const text = withFields(given, () => encodeMetadata(activeContext(), jobs))
        expect(parseMetadata(text)).toMatchObject({ fields: { ...given }, jobs })
      }),
    )
  })

  test('a traceparent that is an object without a text is no parent', () => {
    const text = '{"traceparent":{"toString":""}}'
    expect(spanOf(contextOfMaker(parseMetadata(text)))).toBeUndefined()
  })

  test('carry the mark of a trace that is kept, which counts before one that a header has', () => {
    const taken: string[][] = []
    const marks = {
      keep: () => true,
      markOf: () => 'm',
      takeMark: (...mark: string[]) => void taken.push(mark),
    }
    const plain = propagation.extract(context.active(), { traceparent })
    const withState = propagation.extract(context.active(), { traceparent, tracestate: 'a=1' })
    const encode = () => [plain, withState].map((maker) => encodeMetadata(maker))
    const without = encode()
    const stop = setKeptTraces(marks)
    const texts = encode()
    for (const text of [...without, ...texts]) contextOfMaker(parseMetadata(text))
    stop()
    for (const text of texts) contextOfMaker(parseMetadata(text))
    const own = { traceparent, clew: { kept: 'm' } }
    expect(texts.map((text) => JSON.parse(text!))).toEqual([own, { ...own, tracestate: 'a=1' }])
    const mark = ['0af7651916cd43dd8448eb211c80319c', 'm', 'job']
    expect(taken).toEqual([mark, mark])
  })

  test('carry no mark where what is made comes again and again', () => {
    const stop = setKeptTraces({ keep: () => true, markOf: () => 'm', takeMark: () => {} })
    const plain = propagation.extract(context.active(), { traceparent })
    const withState = propagation.extract(context.active(), { traceparent, tracestate: 'a=1' })
    const texts = [plain, withState].map((maker) => encodeMetadata(withoutMark(maker)))
    stop()
    expect(texts.map((text) => JSON.parse(text!))).toEqual([
      { traceparent },
      { traceparent, tracestate: 'a=1' },
    ])
  })

  test('any text at all is read without an error', () => {
    const context = (text: unknown) => contextOfMaker(parseMetadata(text))
    fc.assert(fc.property(fc.anything(), (value) => void context(value)))
    fc.assert(fc.property(fc.json(), (text) => void context(text)))
    fc.assert(
      fc.property(
        fc.record({
          traceparent: fc.anything(),
          tracestate: fc.anything(),
          baggage: fc.anything(),
          clew: fc.anything(),
        }),
        (value) => {
          expect(spanOf(context(stringify(value)))).toBeUndefined()
        },
      ),
    )
  })

  test('fields of any other kind than text, number and boolean are left out', () => {
    const clew = { fields: { a: 'x', b: 1, c: false, d: null, e: {}, f: [1] }, jobs: 'many' }
    expect(parseMetadata(JSON.stringify({ clew }))).toMatchObject({
      fields: { a: 'x', b: 1, c: false },
      jobs: 1,
    })
  })

  test('the headers of dd-trace are found one level down', () => {
    const metadata = parseMetadata(
      JSON.stringify({ _datadog: { traceparent: traceparent, 'x-datadog-trace-id': '1' } }),
    )
    expect(spanOf(contextOfMaker(metadata))?.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c')
  })
})

const hex = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 15 }), { minLength: length, maxLength: length })
    .map((digits) => digits.map((digit) => digit.toString(16)).join(''))
    .filter((text) => /[^0]/.test(text))

test('what is formatted is read again', () => {
  const span = fc.record({ traceId: hex(32), spanId: hex(16), traceFlags: fc.integer({ min: 0, max: 3 }) })
  fc.assert(
    fc.property(span, (given) => {
      expect(parseTraceparent(formatTraceparent(given))).toEqual({ ...given, isRemote: true })
    }),
  )
})

test.each([
  '',
  '00-00000000000000000000000000000000-b7ad6b7169203331-01',
  '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
  '00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01',
  '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more',
  'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  '01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  7,
  undefined,
])('%o is no traceparent', (text) => {
  expect(parseTraceparent(text)).toBeUndefined()
})

function stringify(value: object): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
