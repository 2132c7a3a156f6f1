import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { encodeLog, encodeLogs, encodeValue } from '../../test/encode-once.ts'

const error = (message: string) => Object.assign(new RangeError(message), { stack: 'the stack' })

class Account {
  readonly #secret = 1
  id = 7
  get computed(): number {
    return this.#secret
  }
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

function cycle(): object {
  const list: unknown[] = []
  const node = { name: 'a', list }
  list.push(node, new Map([['node', node]]))
  return node
}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8)
  structuredClone(buffer, { transfer: [buffer] })
  return buffer
}

const throwing = () => {
  throw new Error('no')
}

test('what a toJSON has given already is sent without calling it, and elsewhere it is called', () => {
  const printed = { toJSON: throwing }
  const attributes = { a: printed, list: [{ b: printed }], c: { toJSON: () => 'called' }, d: printed }
  const paths: (readonly object[])[] = []
  const record = encodeLog({
    attributes,
    printedJson: (of, path) => {
      paths.push([of, ...path])
      return path.at(-1) !== printed ? undefined : path[0] === attributes.d ? null : { total: 1 }
    },
  })
  expect(record.attributes).toEqual([
    ['a', { empty: true }],
    ['list', { list: [{ map: [['b', { map: [['total', { int: 1n }]] }]] }] }],
    ['c', { text: 'called' }],
    ['d', { empty: true }],
  ])
  expect(paths).toEqual([
    [attributes, printed],
    [attributes, attributes.list, attributes.list[0], printed],
    [attributes, attributes.c],
    [attributes, printed],
  ])
})

test.each<[string, unknown, unknown]>([
  ['null', null, { empty: true }],
  ['-0', -0, { int: 0n }],
  ['an unsafe integer', 2 ** 60, { double: 2 ** 60 }],
  ['NaN', Number.NaN, { double: Number.NaN }],
  ['a bigint of 64 bits', -(2n ** 63n), { int: -(2n ** 63n) }],
  ['a bigint of more', 2n ** 63n, { text: '9223372036854775808' }],
  ['a bigint with a million digits', 10n ** 1_000_000n, { text: '[BigInt]' }],
  ['a boxed number', Object(5), { int: 5n }],
  ['a Date', new Date(0), { text: '1970-01-01T00:00:00.000Z' }],
  ['an invalid Date', new Date(Number.NaN), { text: 'Invalid Date' }],
  ['a Date of another realm', runInNewContext('new Date(0)'), { text: '1970-01-01T00:00:00.000Z' }],
  ['a Buffer', Buffer.from([1, 255]), { bytes: '01ff' }],
  ['a typed array', new Uint16Array([1, 2]).subarray(1), { bytes: '0200' }],
  ['an ArrayBuffer', new Uint8Array([3]).buffer, { bytes: '03' }],
  ['a detached ArrayBuffer', detached(), { text: expect.stringMatching(/^\[Threw: .*detached/) }],
  ['a URL', new URL('http://a/b?c'), { text: 'http://a/b?c' }],
  ['a RegExp', /a+/g, { text: '/a+/g' }],
  ['a function', function pay() {}, { text: '[Function pay]' }],
  [
    'a function without a name',
    (
      () => () =>
        0
    )(),
    { text: '[Function]' },
  ],
  ['a symbol', Symbol('x'), { text: 'Symbol(x)' }],
  ['a Set', new Set([1, 'a']), { list: [{ int: 1n }, { text: 'a' }] }],
  [
    'a Map with keys of all kinds',
    new Map<unknown, unknown>([
      [1, 2],
      [Symbol('k'), 3],
      [Object.create(null), 4],
    ]),
    {
      map: [
        ['1', { int: 2n }],
        ['Symbol(k)', { int: 3n }],
        ['[Threw: Cannot convert object to primitive value]', { int: 4n }],
      ],
    },
  ],
  [
    'a sparse array',
    Object.assign([1], { 2: undefined, 3: 4 }),
    { list: [{ int: 1n }, { empty: true }, { empty: true }, { int: 4n }] },
  ],
  ['a class instance', new Account(), { map: [['id', { int: 7n }]] }],
  [
    'an object without a prototype',
    Object.assign(Object.create(null), { a: 1 }),
    { map: [['a', { int: 1n }]] },
  ],
  ['an object with an own __proto__', JSON.parse('{"__proto__":1}'), { map: [['__proto__', { int: 1n }]] }],
  ['an object that inherits enumerable keys', Object.create({ inherited: 1 }), { map: [] }],
  ['an undefined property', { a: undefined, b: 1 }, { map: [['b', { int: 1n }]] }],
  ['toJSON that returns a text', { toJSON: () => 'j' }, { text: 'j' }],
  [
    'toJSON that returns itself',
    {
      a: 1,
      toJSON(): unknown {
        return this
      },
    },
    {
      map: [
        ['a', { int: 1n }],
        ['toJSON', { text: '[Function toJSON]' }],
      ],
    },
  ],
  ['toJSON that throws', [{ toJSON: throwing }], { list: [{ text: '[Threw: no]' }] }],
  [
    'a getter that throws',
    {
      get a() {
        return throwing()
      },
      b: 1,
    },
    {
      map: [
        ['a', { text: '[Threw: no]' }],
        ['b', { int: 1n }],
      ],
    },
  ],
  ['a Proxy that throws', [new Proxy({}, { ownKeys: throwing })], { list: [{ text: '[Threw: no]' }] }],
  [
    'a revoked Proxy',
    [revoked(), 1],
    { list: [{ text: expect.stringMatching(/^\[Threw: .*revoked\]$/) }, { int: 1n }] },
  ],
  [
    'a thrown thing without a text',
    {
      get a() {
        throw Object.create(null)
      },
    },
    { map: [['a', { text: '[Threw: something without a text]' }]] },
  ],
  [
    'a subclass of Map that throws',
    [
      new (class extends Map {
        override get size() {
          return throwing()
        }
      })(),
    ],
    { list: [{ text: '[Threw: no]' }] },
  ],
  [
    'cycles',
    cycle(),
    {
      map: [
        ['name', { text: 'a' }],
        ['list', { list: [{ text: '[Circular]' }, { map: [['node', { text: '[Circular]' }]] }] }],
      ],
    },
  ],
  [
    'an Error',
    Object.assign(error('m'), { code: 'E', cause: 'why' }),
    {
      map: [
        ['type', { text: 'RangeError' }],
        ['message', { text: 'm' }],
        ['stacktrace', { text: 'the stack' }],
        ['code', { text: 'E' }],
        ['cause', { text: 'why' }],
      ],
    },
  ],
])('%s', (_name, value, expected) => {
  expect(encodeValue(value)).toEqual(expected)
})

test('the same object twice, side by side, is no cycle', () => {
  const shared = { a: 1 }
  const expected = { map: [['a', { int: 1n }]] }
  expect(encodeValue([shared, shared])).toEqual({ list: [expected, expected] })
})

test('an object that threw is tried again where it comes again', () => {
  const bad = { toJSON: throwing }
  expect(encodeValue([bad, bad])).toEqual({ list: [{ text: '[Threw: no]' }, { text: '[Threw: no]' }] })
})

test('lengths that turn out wider than guessed find room in a buffer that was just full', () => {
  const text = 'x'.repeat(5000)
  expect(encodeValue([[[[[[text]]]]]])).toEqual({
    list: [{ list: [{ list: [{ list: [{ list: [{ list: [{ text }] }] }] }] }] }],
  })
})

test('an undefined attribute is not sent', () => {
  expect(encodeValue(undefined)).toBeUndefined()
})

test('a frozen object is read and not changed', () => {
  const frozen = Object.freeze({ a: Object.freeze([1]) })
  expect(encodeValue(frozen)).toEqual({ map: [['a', { list: [{ int: 1n }] }]] })
})

test('nesting beyond the limit becomes a text and counts as dropped', () => {
  const attributes = { v: { a: { b: 1 }, c: [[2]] } }
  const { attributes: sent, dropped } = encodeLog({ attributes }, { depth: 2 })
  expect({ sent, dropped }).toEqual({
    sent: [
      [
        'v',
        {
          map: [
            ['a', { map: [['b', { int: 1n }]] }],
            ['c', { list: [{ text: '[Array]' }] }],
          ],
        },
      ],
    ],
    dropped: 1,
  })
})

test('5,000 levels are cut where receivers would refuse them, whatever the limit', () => {
  let deep: object = {}
  for (let level = 0; level < 5000; level++) deep = { deep }
  const { attributes, dropped } = encodeLog({ attributes: { deep } }, { depth: Number.POSITIVE_INFINITY })
  const levels = JSON.stringify(attributes).split('"map"').length - 1
  expect({ levels, dropped }).toEqual({ levels: 24, dropped: 1 })
})

test('a text is cut between characters, bytes anywhere', () => {
  expect([
    encodeValue('ab🧵c', { attributeValueLength: 3 }),
    encodeValue('ab🧵c', { attributeValueLength: 4 }),
    encodeValue(Buffer.from([1, 2, 3]), { attributeValueLength: 2 }),
    encodeValue(['abc'], { attributeValueLength: 0 }),
  ]).toEqual([{ text: 'ab' }, { text: 'ab🧵' }, { bytes: '0102' }, { list: [{ text: '' }] }])
})

test('a lone surrogate is sent as U+FFFD', () => {
  expect(encodeValue('a\ud800b\udc00')).toEqual({ text: 'a\ufffdb\ufffd' })
})

test('1 MB of text is sent whole where the limit lets it', () => {
  const text = 'ä'.repeat(1_000_000)
  expect(encodeValue(text, { attributeValueLength: Number.POSITIVE_INFINITY })).toEqual({ text })
})

test('a graph of shared objects that would unfold to 2^24 nodes is bounded', () => {
  let shared: object = {}
  for (let level = 0; level < 24; level++) shared = { left: shared, right: shared }
  const { attributes, dropped } = encodeLog({ attributes: { shared } }, { depth: 24 })
  expect(JSON.stringify(attributes).length).toBeLessThan(2_000_000)
  expect(dropped).toBeGreaterThan(0)
})

test('of 100,000 keys, elements or entries those that fit are sent and the others counted', () => {
  const numbers = Array.from({ length: 100_000 }, (_, index) => index)
  const values = [
    Object.fromEntries(numbers.entries()),
    numbers,
    new Set(numbers),
    new Map(numbers.entries()),
  ]
  const counts = encodeLogs(values.map((v) => ({ attributes: { v } }))).map(({ attributes, dropped }) => {
    const [value] = attributes.map(([, value]) => value)
    const sent =
      value !== undefined && 'map' in value
        ? value.map.length
        : value !== undefined && 'list' in value
          ? value.list.length
          : 0
    return { some: sent > 10_000 && sent < 100_000, all: sent + dropped }
  })
  expect(counts).toEqual(values.map(() => ({ some: true, all: 100_000 })))
})
