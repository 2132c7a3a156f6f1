import { afterEach, beforeEach, expect, test } from 'vitest'
import { NoopSpan } from '../api/span.ts'
import { contextWithSpan, rootContext } from '../context/request-context.ts'
import { followQuery, type QueryRecords, setQueryRecords } from './query-record.ts'
import type { LogRecord } from './record.ts'
import { setRecordSink } from './sink.ts'

const idOf = (n: number): string => n.toString(16).padStart(16, '0')
const contextOf = (n: number) =>
  contextWithSpan(rootContext, new NoopSpan({ traceId: idOf(n).repeat(2), spanId: idOf(n), traceFlags: 1 }))

const query = {
  name: 'SELECT orders',
  attributes: {
    'db.system.name': 'postgresql',
    'db.namespace': 'shop',
    'db.query.summary': 'SELECT orders',
    'db.query.text': "SELECT * FROM orders WHERE customer = 'kept by a mistake' AND id = $1",
  },
  describeError: (error: unknown) => ({ 'error.type': String((error as { code?: string }).code) }),
}

let records: LogRecord[]
let restore: () => void
beforeEach(() => {
  records = []
  restore = setRecordSink((record) => void records.push({ ...record }))
})
afterEach(() => restore())

function run(options: QueryRecords | undefined, error?: unknown): void {
  const stop = options ? setQueryRecords(options) : () => {}
  followQuery(query, { caller: contextOf(1), context: contextOf(2) })?.(error, 3)
  stop()
}

const failure = Object.assign(new Error('invalid input "secret"'), { code: '22P02' })
const [slowMs, never] = [0, Number.POSITIVE_INFINITY]

test.each<[string, QueryRecords | undefined, unknown, string[]]>([
  ['off', undefined, failure, []],
  ['failed: one that failed', { which: 'failed', slowMs }, failure, ['warn']],
  ['failed: a slow one', { which: 'failed', slowMs }, undefined, []],
  ['slow: a slow one', { which: 'slow', slowMs }, undefined, ['warn']],
  ['slow: one that failed', { which: 'slow', slowMs: never }, failure, ['warn']],
  ['slow: a fast one', { which: 'slow', slowMs: never }, undefined, []],
  ['all: a fast one', { which: 'all', slowMs: never }, undefined, ['debug']],
  ['all: a slow one', { which: 'all', slowMs }, undefined, ['warn']],
])('%s', (_, options, error, levels) => {
  run(options, error)
  expect(records.map(({ severityText }) => severityText)).toEqual(levels)
})

test('a record has the ids of the span of its query, what the query is, its time and its rows, and no value', () => {
  run({ which: 'all', slowMs: never })
  run({ which: 'all', slowMs: never }, failure)
  const attributes = {
    'db.system.name': 'postgresql',
    'db.namespace': 'shop',
    'db.query.summary': 'SELECT orders',
    'db.client.operation.duration': expect.any(Number),
    'db.response.returned_rows': 3,
  }
  const own = { eventName: 'db.query', spanId: idOf(2), traceId: idOf(2).repeat(2) }
  expect(records).toMatchObject([
    { ...own, severityNumber: 5, body: expect.stringMatching(/^SELECT orders took \d+ ms$/), attributes },
    {
      ...own,
      severityNumber: 13,
      body: expect.stringMatching(/^SELECT orders failed after \d+ ms: 22P02$/),
      attributes: { ...attributes, 'error.type': '22P02' },
    },
  ])
  expect(JSON.stringify(records)).not.toMatch(/secret|kept by a mistake/)
})

test('the same query below one span is told once, the tenth time, in the context of the span', () => {
  const stop = setQueryRecords({ which: 'failed', slowMs: never })
  const [one, other] = [contextOf(3), contextOf(4)]
  for (let i = 0; i < 25; i++) followQuery(query, { caller: one, context: contextOf(5) })?.(undefined, 1)
  for (let i = 0; i < 9; i++) followQuery(query, { caller: other, context: contextOf(5) })?.(undefined, 1)
  for (let i = 0; i < 300; i++)
    followQuery(
      { ...query, attributes: { ...query.attributes, 'db.query.text': `SELECT ${i}` } },
      { caller: other, context: other },
    )?.(undefined, 1)
  stop()
  expect(records).toMatchObject([
    {
      eventName: 'db.query.repeated',
      body: 'SELECT orders for the 10th time in one request',
      severityText: 'warn',
      spanId: idOf(3),
      attributes: { 'db.query.summary': 'SELECT orders', 'db.query.count': 10 },
    },
  ])
})

test('what is no query is no record', () => {
  const stop = setQueryRecords({ which: 'all', slowMs })
  expect(followQuery({ name: 'GET /', attributes: {} }, { caller: rootContext, context: rootContext })).toBe(
    undefined,
  )
  stop()
})
