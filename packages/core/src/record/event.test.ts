import * as v from 'valibot'
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as z from 'zod'
import { NoopSpan } from '../api/span.ts'
import { runInContext } from '../context/context-manager.ts'
import { contextForWork } from '../context/fields.ts'
import { contextWithSpan, rootContext } from '../context/request-context.ts'
import { setReporter } from '../process/report.ts'
import { defineEvent, event } from './event.ts'
import type { EventDefinition, StandardSchema } from './event-types.ts'
import type { LogRecord } from './record.ts'
import { setRecordSink } from './sink.ts'

declare module './event-types.ts' {
  interface Events {
    order_paid: { order_id: string; amount: number; items?: readonly object[] }
    cart_emptied: { by?: string }
  }
}

let records: LogRecord[]
let reports: string[]
let stops: (() => void)[]
beforeEach(() => {
  ;[records, reports] = [[], []]
  stops = [
    setRecordSink((record) => records.push({ ...record })),
    setReporter((code, message, key) => reports.push(`${code} ${message} | ${key}`)),
  ]
})
afterEach(() => {
  for (const stop of stops) stop()
})

const told = () => records.map(({ eventName, attributes }) => [eventName, attributes])

test('an event is a record with its name as event name and text, its values as they are, and the context of the call', () => {
  const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }
  const context = contextForWork(contextWithSpan(rootContext, new NoopSpan(span)), { user_id: 7 })
  const values = { order_id: 'a1', amount: 66.13, items: [{ sku: { id: 1 } }] }
  runInContext(context, () => event('order_paid', values))
  expect(records).toEqual([
    {
      scope: { name: '@clew/core', version: expect.any(String) },
      context,
      timeUnixMs: expect.any(Number),
      severityNumber: 9,
      severityText: 'info',
      body: 'order_paid',
      eventName: 'order_paid',
      attributes: values,
      contextAttributes: { user_id: 7 },
      ...span,
    },
  ])
  expect(records[0]!.attributes).toBe(values)
})

test('the severity is that of the call, else of the definition, else INFO; no values are no attributes', () => {
  const failed = defineEvent('payment_failed', z.object({}), { severity: 'error' })
  event('cart_emptied')
  event('cart_emptied', {}, { severity: 'debug' })
  event(failed)
  event(failed, {}, { severity: 'fatal' })
  expect(records.map((one) => [one.severityText, one.severityNumber, one.attributes])).toEqual([
    ['info', 9, {}],
    ['debug', 5, {}],
    ['error', 17, {}],
    ['fatal', 21, {}],
  ])
})

const schemas: [string, EventDefinition<{ order: { amount: number } }>, string][] = [
  [
    'zod',
    defineEvent('paid', z.object({ order: z.object({ amount: z.number() }) })),
    'order.amount: Invalid input: expected number, received string',
  ],
  [
    'valibot',
    defineEvent('paid', v.object({ order: v.object({ amount: v.number() }) })),
    'order.amount: Invalid type: Expected number but received "6"',
  ],
]

test.each(schemas)(
  'a schema of %s finds the bad event, which is reported, marked and sent',
  (_, paid, fault) => {
    const [good, bad] = [{ order: { amount: 6 } }, { order: { amount: '6' } }]
    event(paid, good)
    event(paid, bad as never)
    expect(told()).toEqual([
      ['paid', good],
      ['paid', { ...bad, 'clew.event.invalid': fault }],
    ])
    expect(bad).toEqual({ order: { amount: '6' } })
    expect(reports).toEqual([
      `CLEW_EVENT_INVALID event paid: ${fault}; send what its schema says, or change the schema | paid order.amount`,
    ])
  },
)

test('values are sent as they were given, whatever the schema makes of them', () => {
  const paid = defineEvent('paid', z.object({ at: z.string().transform(() => 7) }))
  event(paid, { at: 'now', more: true } as never)
  expect(told()).toEqual([['paid', { at: 'now', more: true }]])
})

/** A schema by hand. */
function schemaOf(validate: (value: unknown) => unknown): StandardSchema<object> {
  return { '~standard': { version: 1, vendor: 'test', validate: validate as never } }
}

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'event x: this is no Standard Schema, such as zod 4 and valibot 1 make them'],
  ['a function', () => true, 'event x: this is no Standard Schema, such as zod 4 and valibot 1 make them'],
  [
    'an asynchronous schema of valibot',
    v.objectAsync({}),
    'event x: its schema is asynchronous; give one that checks at once',
  ],
  [
    'a schema that rejects',
    schemaOf(() => Promise.reject(new Error('no'))),
    'event x: its schema is asynchronous; give one that checks at once',
  ],
])('%s is refused when the event is defined', (_, schema, message) => {
  expect(() => defineEvent('x', schema as never)).toThrow(new TypeError(message))
})

test.each<[string, StandardSchema<object>, string]>([
  [
    'is asynchronous for good values only',
    z.object({ a: z.string().refine(async () => true) }),
    'values: not checked, as its schema is asynchronous',
  ],
  [
    'throws',
    schemaOf((value) => {
      if ((value as { a?: string } | undefined)?.a) throw new Error('no')
      return {}
    }),
    'values: its schema threw: no',
  ],
  [
    'has too much to say',
    schemaOf(() => ({ issues: [{ message: 'x'.repeat(500), path: [{ key: 'a' }, 0] }] })),
    `a.0: ${'x'.repeat(195)}`,
  ],
])('a schema that %s keeps no event from being sent', async (_, schema, fault) => {
  event(defineEvent('x', schema), { a: 'good' } as never)
  expect(told()).toEqual([['x', { a: 'good', 'clew.event.invalid': fault }]])
  expect(reports).toHaveLength(1)
})

test('names and values that are not declared are no types', () => {
  // @ts-expect-error a number is wanted
  event('order_paid', { order_id: 'a', amount: '1' })
  // @ts-expect-error no such name
  event('order_payed', { order_id: 'a', amount: 1 })
  // @ts-expect-error values are wanted
  event('order_paid')
  // @ts-expect-error a number is wanted
  event(schemas[0]![1], { order: { amount: '1' } })
  expect(records).toHaveLength(4)
})
