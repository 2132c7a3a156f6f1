import { createServer } from 'node:http'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainValue } from './plain-value.ts'

class Order {
  id = 7
  #secret = 'hidden'
  get total(): number {
    return this.#secret.length
  }
}

test('what a toJSON has given already is taken without calling it', () => {
  const order = {
    toJSON() {
      throw new Error('called')
    },
  }
  const value = { orders: [order], other: { toJSON: () => 'called' } }
  const paths: (readonly object[])[] = []
  const plain = plainValue(value, (path) => {
    paths.push([...path])
    return path.at(-1) === order ? { total: 1 } : undefined
  })
  expect(plain).toEqual({ orders: [{ total: 1 }], other: 'called' })
  expect(paths).toEqual([
    [value, value.orders, order],
    [value, value.other],
  ])
})

test('what OpenTelemetry can carry is kept, all else has its plain form', () => {
  const bytes = new Uint8Array([1, 2])
  const cause = new TypeError('deep')
  const error = new Error('failed', { cause })
  expect(
    plainValue({
      text: 'a',
      number: 1.5,
      flag: true,
      nothing: null,
      gone: undefined,
      bytes,
      list: [1, undefined, ['b']],
      date: new Date(0),
      never: new Date(Number.NaN),
      big: 12345678901234567890n,
      map: new Map<unknown, unknown>([
        ['a', 1],
        [2, { b: 3 }],
      ]),
      set: new Set([1, 'b']),
      symbol: Symbol('s'),
      work: function named() {},
      order: new Order(),
      url: new URL('http://a/b'),
      error,
    }),
  ).toEqual({
    text: 'a',
    number: 1.5,
    flag: true,
    nothing: null,
    bytes,
    list: [1, null, ['b']],
    date: '1970-01-01T00:00:00.000Z',
    never: 'Invalid Date',
    big: '12345678901234567890',
    map: { a: 1, 2: { b: 3 } },
    set: [1, 'b'],
    symbol: 'Symbol(s)',
    work: '[Function named]',
    order: { id: 7 },
    url: 'http://a/b',
    error: {
      type: 'Error',
      message: 'failed',
      stacktrace: error.stack,
      cause: { type: 'TypeError', message: 'deep', stacktrace: cause.stack },
    },
  })
})

test('cycles, depth and getters that throw become a short text; the rest of the value stays', () => {
  const cyclic: Record<string, unknown> = { kept: 1 }
  cyclic.self = cyclic
  let deep: unknown = 'bottom'
  for (let i = 0; i < 100; i++) deep = [deep]
  const shared = { a: 1 }
  const throwing = {
    kept: 1,
    get broken(): never {
      throw new Error('no')
    },
  }
  expect([plainValue(cyclic), plainValue(throwing), plainValue([shared, shared])]).toEqual([
    { kept: 1, self: '[Circular]' },
    { kept: 1, broken: '[Threw: no]' },
    [{ a: 1 }, { a: 1 }],
  ])
  expect(JSON.stringify(plainValue(deep))).toBe(`${'['.repeat(16)}"[Object]"${']'.repeat(16)}`)
})

test('objects that refuse everything become a text', () => {
  const revoked = Proxy.revocable({}, {})
  const revokedFunction = Proxy.revocable(() => {}, {})
  revoked.revoke()
  revokedFunction.revoke()
  class Nameless {
    own = 1
    static get name(): never {
      throw new Error('no name')
    }
  }
  const hostile = new Proxy(new Error('x'), {
    get: () => {
      throw new Proxy(new Error('y'), {
        get: () => {
          throw new Error('z')
        },
      })
    },
  })
  const values = [revoked.proxy, revokedFunction.proxy, Nameless, hostile, { toJSON: () => hostile }]
  for (const value of values)
    expect(JSON.stringify(plainValue(value))).toMatch(/^("\[(Threw|Function).+"|\{.*\})$/)
})

test('the original is not touched', () => {
  const value = Object.freeze({ list: Object.freeze([new Date(0)]), map: new Map([['a', 1n]]) })
  const copy = plainValue(value) as { list: unknown[] }
  copy.list.push('mine')
  expect([value.list.length, value.map.get('a')]).toEqual([1, 1n])
})

test('a name like __proto__ is data', () => {
  const copy = plainValue(JSON.parse('{"__proto__": {"polluted": true}}')) as object
  expect([JSON.stringify(copy), ({} as { polluted?: boolean }).polluted]).toEqual([
    '{"__proto__":{"polluted":true}}',
    undefined,
  ])
})

test('objects that all know each other, and long lists, end after a bounded number of values', () => {
  const crowd: Record<string, unknown>[] = Array.from({ length: 30 }, (_, id) => ({ id }))
  for (const [i, one] of crowd.entries())
    Object.assign(one, Object.fromEntries(crowd.map((other, j) => [`${i}-${j}`, other])))
  const sparse = new Array(4_000_000_000)
  const server = createServer()
  for (const value of [crowd, sparse, server, new Set(Array.from({ length: 1e6 }, (_, i) => i))]) {
    expect(JSON.stringify(plainValue(value)).length).toBeLessThan(2_000_000)
  }
})

test('whatever the value: never throws, and the copy is JSON', () => {
  const anything = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
  })
  fc.assert(
    fc.property(anything, (value) => {
      expect(typeof JSON.stringify(plainValue(value))).toBe('string')
    }),
    { numRuns: 2_000 },
  )
})
