import { propagation } from '@opentelemetry/api'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NoopSpan } from '../api/span.ts'
import { contextWithSpan, rootContext, spanContextOf } from '../context/request-context.ts'
import { setReporter } from '../process/report.ts'
import { contextOfHeaders, headersOf, headersToAdd, togetherOf } from './headers.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'
const traceparent = `00-${traceId}-${spanId}-01`
const other = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`
const sending = contextWithSpan(rootContext, new NoopSpan({ traceId, spanId, traceFlags: 1 }))

const reports: string[] = []
let restore = (): void => {}
beforeAll(() => {
  restore = setReporter((code, message) => reports.push(`${code} ${message}`))
  const propagators = [new W3CTraceContextPropagator(), new W3CBaggagePropagator()]
  propagation.setGlobalPropagator(new CompositePropagator({ propagators }))
})
afterAll(() => {
  propagation.disable()
  restore()
})

const reading = (headers: object) => (name: string) => (headers as Record<string, unknown>)[name]

test.each([
  ['text', traceparent],
  ['bytes', Buffer.from(traceparent)],
  ['bytes in a larger buffer', Buffer.from(`xx${traceparent}yy`).subarray(2, 57)],
  ['one of several', [Buffer.from(traceparent)]],
])('a traceparent as %s is read', (_, value) => {
  const span = spanContextOf(contextOfHeaders(reading({ traceparent: value })))
  expect([span?.traceId, span?.spanId, span?.isRemote]).toEqual([traceId, spanId, true])
})

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a number', 7],
  ['an object', { toString: () => traceparent }],
  ['no UTF-8', Buffer.from([0xff, 0xfe, 0x30, 0x30])],
  ['ten megabytes', Buffer.alloc(10_000_000, traceparent)],
  ['ten megabytes of text', traceparent.repeat(180_000)],
  ['a hundred thousand values', new Array(100_000).fill(traceparent)],
  ['values in values', [[traceparent]]],
  ['no value', []],
])('a traceparent that is %s is none', (_, value) => {
  expect(spanContextOf(contextOfHeaders(reading({ traceparent: value })))).toBeUndefined()
})

test('whatever headers hold, reading them neither throws nor is reported', () => {
  const value = fc.oneof(
    fc.constantFrom<unknown>(null, 7, true, {}, [], [[]], () => 7),
    fc.uint8Array({ maxLength: 100 }),
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^00-[0-9a-f]{30,34}-[0-9a-f]{15,17}-[0-9a-f]{1,3}$/),
    fc.stringMatching(/^[a-z]{1,3}=%[0-9a-z]{0,3}(,[a-z]=%[0-9a-f]{0,2};=)*$/),
  )
  const headers = fc.record({
    traceparent: fc.oneof(value, fc.array(value), fc.constant(traceparent)),
    tracestate: fc.oneof(value, fc.array(value)),
    baggage: fc.oneof(value, fc.array(value)),
    clew: fc.oneof(value, fc.array(value)),
  })
  fc.assert(
    fc.property(headers, (given) => {
      contextOfHeaders(reading(given))
      expect(togetherOf(reading(given))).toBeGreaterThanOrEqual(1)
    }),
  )
  expect(reports).toEqual([])
})

test.each([
  ['how many messages there are, when they are many', { clew: '{"messages":101}' }, 101],
  ['nothing', {}, 1],
  ['something else', { clew: '{"messages":-1}' }, 1],
  ['more than there can be', { clew: '{"messages":99999999999}' }, 1],
  ['bytes', { clew: Buffer.from('{"messages":7}') }, 7],
])('with how many others: %s', (_, headers, together) => {
  expect(togetherOf(reading(headers))).toBe(together)
})

test('what is sent: the headers of the propagators, and of many messages how many they are', () => {
  expect([headersOf(sending, 100), headersOf(sending, 101), headersOf(rootContext, 101)]).toEqual([
    { traceparent },
    { traceparent, clew: '{"messages":101}' },
    {},
  ])
})

test.each([
  ['none', {}, { traceparent, tracestate: 'a=b', baggage: 'c=d', clew: '{}' }],
  ['a traceparent', { traceparent: other }, { baggage: 'c=d' }],
  ['an empty traceparent', { traceparent: undefined }, { baggage: 'c=d' }],
  ['a tracestate and baggage', { tracestate: 'x=y', baggage: 'e=f' }, { traceparent, clew: '{}' }],
])('of a message with %s the headers stay, and only missing ones are added', (_, given, added) => {
  const ours = { traceparent, tracestate: 'a=b', baggage: 'c=d', clew: '{}' }
  expect(headersToAdd(ours, (name) => Object.hasOwn(given, name))).toEqual(added)
})
