import { contextWithSpan, NoopSpan, rootContext, setKeptTraces, spanContextOf, withoutMark } from '@clew/core'
import type { TextMapPropagator } from '@opentelemetry/api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { traceContextPropagator, withoutRandomFlag } from './trace-context.ts'

// The cases of https://github.com/w3c/trace-context/blob/main/test/test.py

type Headers = Record<string, string | string[]>

const traceId = '12345678901234567890123456789012'
const spanId = '1234567890123456'
const parent = `00-${traceId}-${spanId}-01`

/** What the next service is sent when these headers came in. */
function passOn(headers: Headers, propagator: TextMapPropagator = traceContextPropagator): Headers {
  const sent: Headers = {}
  const getter = { get: (from: Headers, name: string) => from[name], keys: Object.keys }
  const context = propagator.extract(rootContext, headers, getter)
  propagator.inject(context, sent, {
    set: (to: Headers, name, value) => {
      to[name] = value
    },
  })
  return sent
}

test.each([
  ['version 00', parent],
  ['another version', `cc-${traceId}-${spanId}-01`],
  ['another version with more fields', `cc-${traceId}-${spanId}-01-what-the-future-will-be-like`],
  ['a space before', ` ${parent}`],
  ['a tab before', `\t${parent}`],
  ['a space behind', `${parent} `],
  ['a tab behind', `${parent}\t`],
  ['both around', `\t ${parent} \t`],
  ['flags that nobody knows yet', `00-${traceId}-${spanId}-fd`],
  ['one value in a list', [parent]],
])('a traceparent goes on: %s', (_, traceparent) => {
  expect(passOn({ traceparent })).toEqual({ traceparent: parent })
})

test.each([
  ['none', ''],
  ['a point behind', `${parent}.`],
  ['more fields in version 00', `${parent}-what-the-future-will-be-like`],
  [
    'something else than a field behind another version',
    `cc-${traceId}-${spanId}-01.what-the-future-will-be`,
  ],
  ['version ff', `ff-${traceId}-${spanId}-01`],
  ['a version of other letters', `.0-${traceId}-${spanId}-01`],
  ['a version that ends in other letters', `0.-${traceId}-${spanId}-01`],
  ['a version of three digits', `000-${traceId}-${spanId}-01`],
  ['a version of four digits', `0000-${traceId}-${spanId}-01`],
  ['a version of one digit', `0-${traceId}-${spanId}-01`],
  ['a trace id of zeros', `00-${'0'.repeat(32)}-${spanId}-01`],
  ['a trace id that begins with a point', `00-.${traceId.slice(1)}-${spanId}-01`],
  ['a trace id that ends in a point', `00-${traceId.slice(1)}.-${spanId}-01`],
  ['a trace id that is too long', `00-${traceId}3-${spanId}-01`],
  ['a trace id that is too short', `00-${traceId.slice(1)}-${spanId}-01`],
  ['a parent id of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
  ['a parent id that begins with a point', `00-${traceId}-.${spanId.slice(1)}-01`],
  ['a parent id that ends in a point', `00-${traceId}-${spanId.slice(1)}.-01`],
  ['a parent id that is too long', `00-${traceId}-${spanId}7-01`],
  ['a parent id that is too short', `00-${traceId}-${spanId.slice(1)}-01`],
  ['flags that begin with a point', `00-${traceId}-${spanId}-.0`],
  ['flags that end in a point', `00-${traceId}-${spanId}-0.`],
  ['flags of three digits', `00-${traceId}-${spanId}-001`],
  ['flags of one digit', `00-${traceId}-${spanId}-1`],
  ['capital letters', `00-${'A'.repeat(32)}-${spanId}-01`],
  ['two, joined by Node', `${parent}, ${parent}`],
  ['two in a list', [parent, parent]],
])('a traceparent is none: %s', (_, traceparent) => {
  expect(passOn({ traceparent, tracestate: 'foo=1' })).toEqual({})
})

const members = (count: number): string => Array.from({ length: count }, (_, at) => `bar${at}=${at}`).join()
const keys = 'abcdefghijklmnopqrstuvwxyz0123456789_-*/'
const values = Array.from({ length: 0x7f - 0x20 }, (_, at) => String.fromCharCode(0x20 + at))
  .filter((letter) => letter !== ',' && letter !== '=')
  .join('')

test.each<[string, string | string[], string]>([
  ['two members', 'foo=1,bar=2', 'foo=1,bar=2'],
  [
    'several fields, in their order',
    ['foo=1,bar=2', 'rojo=1,congo=2', 'baz=3'],
    'foo=1,bar=2,rojo=1,congo=2,baz=3',
  ],
  ['an empty field before', ', foo=1', 'foo=1'],
  ['an empty field behind', ['foo=1', ''], 'foo=1'],
  ['space around commas', 'foo=1 \t , \t bar=2,\t \tbaz=3', 'foo=1,bar=2,baz=3'],
  ['space around all', '\t foo=1 \t', 'foo=1'],
  ['a key twice', 'foo=1,bar=2,foo=3', 'foo=1,bar=2'],
  ['a key in two fields', ['foo=1', 'foo=2'], 'foo=1'],
  [
    'every letter of keys and values',
    `${keys}=${values},${keys}@a-z0-9_-*/=${values}`,
    `${keys}=${values},${keys}@a-z0-9_-*/=${values}`,
  ],
  ['@ anywhere but first', 'foo@=1,foo@@bar=1,foo@bar@baz=1', 'foo@=1,foo@@bar=1,foo@bar@baz=1'],
  ['a digit first', '1foo=1', '1foo=1'],
  ['a key of 256 letters', `foo=1,${'z'.repeat(256)}=1`, `foo=1,${'z'.repeat(256)}=1`],
  [
    'a long tenant',
    `${'t'.repeat(242)}@v=1,t@${'v'.repeat(15)}=1`,
    `${'t'.repeat(242)}@v=1,t@${'v'.repeat(15)}=1`,
  ],
  ['32 members', members(32), members(32)],
  ['a value of 256 letters', `foo=${'x'.repeat(256)}`, `foo=${'x'.repeat(256)}`],
])('a tracestate goes on: %s', (_, tracestate, sent) => {
  expect(passOn({ traceparent: parent, tracestate })).toEqual({ traceparent: parent, tracestate: sent })
})

test.each<[string, string | string[]]>([
  ['empty', ''],
  ['nothing but commas', ' , ,'],
  ['a key that ends in a space', 'foo =1,bar=2'],
  ['a key in capitals', 'FOO=1,bar=2'],
  ['a key with a point', 'foo.bar=1,bar=2'],
  ['a key that begins with @', '@foo=1,bar=2'],
  ['no key', '=1,bar=2'],
  ['no value', 'foo=,bar=3'],
  ['no equals sign', 'foo,bar=3'],
  ['two equals signs', 'foo=bar=baz,bar=2'],
  ['33 members', members(33)],
  ['33 members in two fields', [members(20), members(13)]],
  ['a key of 257 letters', `foo=1,${'z'.repeat(257)}=1`],
  ['a value of 257 letters', `foo=${'x'.repeat(257)}`],
  ['a letter that is not ASCII', 'foo=é,bar=2'],
])('a tracestate is dropped as a whole: %s', (_, tracestate) => {
  expect(passOn({ traceparent: parent, tracestate })).toEqual({ traceparent: parent })
})

test('a tracestate without a traceparent is dropped', () => {
  expect(passOn({ tracestate: 'foo=1' })).toEqual({})
})

test.each(['00', '01', '02', '03'])('the flags %s go on', (flags) => {
  const traceparent = `00-${traceId}-${spanId}-${flags}`
  expect(passOn({ traceparent })).toEqual({ traceparent })
})

test('a propagator of before the random flag neither sends nor gives it', () => {
  const seen: (number | undefined)[] = []
  const older: TextMapPropagator = {
    ...traceContextPropagator,
    inject: (context) => seen.push(spanContextOf(context)?.traceFlags),
  }
  for (const flags of ['00', '01', '02', '03'])
    passOn({ traceparent: `00-${traceId}-${spanId}-${flags}` }, withoutRandomFlag(older))
  const getter = { get: (from: Headers, name: string) => from[name], keys: Object.keys }
  const given = withoutRandomFlag(older).extract(
    rootContext,
    { traceparent: parent.replace(/01$/, '03') },
    getter,
  )
  expect([seen, spanContextOf(given)?.traceFlags]).toEqual([[0, 1, 0, 1], 1])
})

describe('the mark of a trace that is kept', () => {
  const taken: string[][] = []
  const kept = new Set<string>()
  let stop = () => {}
  beforeEach(() => {
    taken.length = 0
    kept.clear()
    stop = setKeptTraces({
      keep: () => true,
      markOf: (id) => (kept.has(id) ? '1' : undefined),
      takeMark: (...mark) => void taken.push(mark),
    })
  })
  afterEach(() => stop())

  const states: [string | undefined, string | undefined, string | undefined][] = [
    [undefined, undefined, undefined],
    ['a=1,b=2', 'a=1,b=2', undefined],
    ['clew=1', undefined, '1'],
    ['a=1,clew=1,b=2', 'a=1,b=2', '1'],
    ['clew=2,a=1,clew=1', 'a=1', '2'],
    ['clew=1,a', undefined, undefined],
    ['clew=', undefined, undefined],
  ]
  const headers = (tracestate: string | undefined) => ({
    traceparent: parent,
    ...(tracestate && { tracestate }),
  })

  test.each(states)('tracestate %j goes on as %j and takes %j', (came, goesOn, mark) => {
    expect(passOn(headers(came))).toEqual(headers(goesOn))
    expect(taken).toEqual(mark ? [[traceId, mark, 'call']] : [])
  })

  test.each(states)(
    'tracestate %j of a trace that this process keeps goes on with its own mark',
    (came, goesOn) => {
      kept.add(traceId)
      expect(passOn(headers(came))).toEqual(headers(goesOn ? `clew=1,${goesOn}` : 'clew=1'))
    },
  )

  test('does not go on from a context that hands on none', () => {
    kept.add(traceId)
    const span = new NoopSpan({ traceId, spanId, traceFlags: 1 })
    const headers: Record<string, string> = {}
    const context = withoutMark(contextWithSpan(rootContext, span))
    traceContextPropagator.inject(context, headers, {
      set: (to, name, value) => void Object.assign(to, { [name]: value }),
    })
    expect(headers).toEqual({ traceparent: parent })
  })

  test('where all records are sent it is a member like any other', () => {
    stop()
    expect([passOn(headers('a=1,clew=1')), taken]).toEqual([headers('a=1,clew=1'), []])
  })
})
