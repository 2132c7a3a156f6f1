import { DatabaseSync } from 'node:sqlite'
import {
  matcherOf,
  parseSearch,
  type SearchedRecord,
  type SearchedValue,
  termsBeyondRecord,
  valueJson,
} from '@clew/search'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { schema } from '../schema/tables.ts'
import { defineLineMatches } from './line-matches.ts'
import { compileSearch } from './search-sql.ts'

const records = 1000
const searches = 100
const traces = ['4bf92f3577b34da6a3ce929d0e0e4736', 'a'.repeat(32)]
const spans = ['00f067aa0ba902b7', '00f067aa0ba902b8']

const words = fc.constantFrom(
  ...[
    'payment_failed',
    'connection refused',
    'Café crème',
    '订单 1001 支付失败',
    '注文が失敗しました',
    'ΟΔΟΣ',
  ],
  ...['100%', 'a_b', '😀🤔', 'NEAR(x)', '', '42', '1e21', 'true', 'null', '{"a":1}', 'C:\\dir "x"'],
)
const scalar: fc.Arbitrary<SearchedValue> = fc.oneof(
  words,
  fc.constantFrom<SearchedValue>(42, 42.5, -1, 0, 1e21, 500, true, false, null, Number.NaN),
  fc.constantFrom<SearchedValue>(9007199254740993n),
)
const value: fc.Arbitrary<SearchedValue> = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('a', 'b c'), scalar, { maxKeys: 2 }) },
  {
    weight: 2,
    arbitrary: fc.dictionary(
      fc.constantFrom('id', 'x'),
      fc.oneof(scalar, fc.dictionary(fc.constantFrom('id', 'a "b"'), scalar, { maxKeys: 2 })),
      { maxKeys: 2 },
    ),
  },
)
const keys = [
  'status',
  'user',
  'order',
  'order.id',
  'user.x',
  'a "b".c\\',
  'exception.type',
  'messaging.destination.name',
]
const attributes = fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 4 })
const record: fc.Arbitrary<SearchedRecord> = fc.record({
  severityNumber: fc.integer({ min: 0, max: 24 }),
  service: fc.constantFrom('', 'api', 'web shop'),
  eventName: fc.constantFrom('', 'order.paid', 'x'),
  traceId: fc.constantFrom('', ...traces),
  spanId: fc.constantFrom('', ...spans),
  body: fc.tuple(words, words).map((parts) => parts.join(' ')),
  attributes,
  resource: fc.dictionary(fc.constantFrom('env', 'status'), value, { maxKeys: 1 }),
  folded: fc.constant(undefined),
})

const term = fc.oneof(
  fc.constantFrom(
    ...[
      'payment_failed',
      'payment',
      'pay*',
      '"connection refused"',
      'cafe',
      '订单',
      '失敗',
      '付支',
      '😀',
      '%',
      'a_',
      'οδος',
    ],
    ...['42', 'true', 'NEAR', '"x"', '1001', 'nothing'],
  ),
  fc.constantFrom(
    ...['level:error', 'level>=warn', 'level<info', 'level:info', 'level>fatal', 'has:error', 'has:trace'],
    ...[
      'has:exception',
      `trace:${traces[0]}`,
      `span:${spans[1]}`,
      'service:api',
      'service:web*',
      'service:*',
    ],
    ...['event:order.paid', 'event:*', 'event:x*', 'queue:42', 'queue:*', 'env:*', 'env:true'],
  ),
  fc
    .tuple(
      fc.constantFrom(
        ...['status', 'user', '"order.id"', '"a \\"b\\".c\\\\"', 'env', 'env.id', 'user.id', 'user.x'],
        ...['user.x.id', 'order.id.x', '"user.x.a \\"b\\""', 'status.id.id', 'user..id'],
      ),
      fc.constantFrom(
        ...[
          ':42',
          ':42.0',
          ':4*',
          ':*',
          '>7',
          '>=42',
          '<0',
          '<=500',
          ':1e21',
          ':1e*',
          ':true',
          ':tr*',
          ':false',
        ],
        ...[
          ':null',
          ':nu*',
          ':NaN',
          ':9007199254740993',
          ':"[42"*',
          ':"{\\"a\\":1}"',
          ':"{"*',
          ':payment_failed',
        ],
        ...[':"Café crème"', ':"Caf"*', ':""*', ':500'],
      ),
    )
    .map(([key, rest]) => key + rest),
)
const { search } = fc.letrec<{ search: string }>((tie) => ({
  search: fc.oneof(
    { maxDepth: 3 },
    { weight: 3, arbitrary: term },
    { weight: 1, arbitrary: fc.tuple(tie('search'), tie('search')).map(([a, b]) => `(${a}) (${b})`) },
    { weight: 1, arbitrary: fc.tuple(tie('search'), tie('search')).map(([a, b]) => `(${a} OR ${b})`) },
    { weight: 1, arbitrary: tie('search').map((part) => `-(${part})`) },
  ),
}))

let database: DatabaseSync
beforeAll(() => {
  database = new DatabaseSync(':memory:')
  database.exec(schema)
  defineLineMatches(database)
  for (const [index, trace] of traces.entries()) {
    database
      .prepare('INSERT INTO chain VALUES (?, ?, 0, 0, 1, 1, 0, 0, NULL, NULL)')
      .run(index + 1, Buffer.from(trace, 'hex'))
  }
})
afterAll(() => database.close())

test('a search as a function finds the records that its SQL finds', { timeout: 120_000 }, () => {
  const sample = fc.sample(record, { numRuns: records, seed: 7 })
  sample.forEach(insert)
  let found = 0
  for (const text of fc.sample(search, { numRuns: searches, seed: 7 })) {
    const { tree } = parseSearch(text)
    const matches = matcherOf(tree!)
    const byMatcher = sample.flatMap((one, index) => (matches(one) ? [index + 1] : []))
    expect(byMatcher, text).toEqual(bySql(text))
    found += byMatcher.length
  }
  expect(found).toBeGreaterThan(records)
})

test('what asks for spans, chains or patterns is named', () => {
  const beyond = (text: string) => termsBeyondRecord(parseSearch(text).tree!)
  expect(beyond('a dur>200ms OR -(pattern:12 name:x*) level:warn')).toEqual([
    'dur>200ms',
    'pattern:12',
    'name:x*',
  ])
  expect(beyond('payment_failed status:500')).toEqual([])
})

function insert(one: SearchedRecord, index: number): void {
  const id = index + 1
  const json = (map: SearchedRecord['attributes']) => valueJson(map)
  database
    .prepare('INSERT INTO resource VALUES (?, ?, ?, ?, ?)')
    .run(id, one.service, '', '', json({ ...one.resource, 'the record': id }))
  database
    .prepare(`INSERT INTO log VALUES (?, ?, 0, 0, 0, ?, '', ?, 1, ?, ?, 0, ?, ?, 0, ?, 0, 0)`)
    .run(
      id,
      id,
      one.severityNumber,
      id,
      traces.indexOf(one.traceId) + 1 || null,
      one.spanId ? Buffer.from(one.spanId, 'hex') : null,
      one.eventName,
      one.body,
      json(one.attributes),
    )
}

function bySql(text: string): number[] {
  const ask = (sql: string, parameters: (string | number | Uint8Array | null)[]) =>
    Number(Object.values(database.prepare(sql).get(...parameters) ?? {})[0])
  const { tree } = parseSearch(text)
  const { where, parameters } = compileSearch(tree!, { target: 'log', textSearch: 'scan', ask })
  const rows = database.prepare(`SELECT id FROM log WHERE ${where} ORDER BY id`).all(...parameters)
  return rows.map(({ id }) => Number(id))
}
