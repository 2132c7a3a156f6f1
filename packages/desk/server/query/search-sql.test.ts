import { DatabaseSync } from 'node:sqlite'
import { englishMistakes, parseSearch, searchableText } from '@clew/search'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { maxWordsLength } from '../schema/row.ts'
import { schema, textBlock, textSchema } from '../schema/tables.ts'
import { defineLineMatches } from './line-matches.ts'
import type { SqlValue } from './open-segments.ts'
import { compileSearch } from './search-sql.ts'
import { indexedLines, indexedNewestFirst } from './search-sql-index.ts'

type Target = 'log' | 'chain'
type TextSearch = 'index' | 'scan'
type Line = {
  id: number
  body?: string
  severity?: number
  resource?: number
  chain?: number
  attributes?: object
  event?: string
  pattern?: number
  span?: string
}

const traces = ['4bf92f3577b34da6a3ce929d0e0e4736', 'a'.repeat(32), 'b'.repeat(32)]
const lines: Line[] = [
  {
    id: 1,
    body: 'Connection refused by peer',
    severity: 17,
    chain: 1,
    attributes: { 'order.id': 42, user: 'anna' },
  },
  {
    id: 2,
    body: 'connection established',
    severity: 9,
    chain: 1,
    attributes: { 'order.id': 7, retry: true },
  },
  { id: 3, body: 'peer refused connection', severity: 13, chain: 2, attributes: { user: 'Bob Smith' } },
  { id: 4, body: 'Café crème à la carte', severity: 0, attributes: { 'http.status': '500' } },
  { id: 5, body: '订单 1001 支付失败', severity: 19, chain: 2, attributes: { reason: '余额不足' } },
  { id: 6, body: '注文が失敗しました', severity: 5, resource: 2 },
  { id: 7, body: '결제에 실패했습니다', severity: 1, resource: 2 },
  { id: 8, body: `it's 100% "done" a_b a*b NEAR(x) C:\\dir`, severity: 21, chain: 3, resource: 2 },
  {
    id: 9,
    body: 'nul\0inside 😀🤔',
    severity: 10,
    attributes: { 'exception.type': 'TypeError', 'a "b".c\\': 'odd' },
  },
  {
    id: 10,
    body: 'order_id=42 total=12.50',
    attributes: { total: 12.5, tags: ['red', 'blue'], none: null },
    event: 'order.paid',
  },
  { id: 33, body: 'OR AND NOT', severity: 9, pattern: 12, span: '00f067aa0ba902b7', chain: 3 },
  {
    id: 34,
    body: 'long',
    attributes: { text: `${'word '.repeat(80)}end`, 'messaging.destination.name': 'mails' },
  },
  { id: 35, body: 'plain', attributes: { env: 'test', 'order.id': 1e21 } },
]
const blob = (hex: string) => Buffer.from(hex, 'hex')

function fill(database: DatabaseSync, textSearch: TextSearch): void {
  database.exec(schema)
  if (textSearch === 'index') database.exec(textSchema)
  const run = (sql: string, ...values: SqlValue[]) => database.prepare(sql).run(...values)
  run(
    `INSERT INTO resource VALUES (1, 'api', '', '', '{"env":"prod","service.name":"api"}'), (2, 'web shop', '', '', '{"env":"test"}')`,
  )
  run(`INSERT INTO name VALUES (1, 'GET /orders'), (2, 'send Mail'), (3, 'unused')`)
  traces.forEach((trace, index) => {
    const of = lines.filter(({ chain }) => chain === index + 1)
    const severity = Math.max(...of.map((line) => line.severity ?? 0))
    const failed = of.filter((line) => (line.severity ?? 0) >= 17).length
    const us = (index + 1) * 1000
    run(
      'INSERT INTO chain VALUES (?, ?, ?, ?, 1, ?, ?, ?, NULL, NULL)',
      index + 1,
      blob(trace),
      us,
      us + index * 150_000,
      of.length,
      failed,
      severity,
    )
  })
  const span = `INSERT INTO span (id, us, ns, chain, span, name, kind, status, message, resource, scope, flags, state, attributes, events)
    VALUES (?, 1, 0, ?, ?, ?, 1, 0, '', ?, 1, 0, '', ?, ?)`
  run(
    span,
    1,
    1,
    blob('00f067aa0ba902b8'),
    1,
    1,
    '{"http.status":500,"messaging.destination.name":"orders"}',
    null,
  )
  run(span, 2, 2, blob('00f067aa0ba902b9'), 2, 2, '{}', '[{"name":"exception","attributes":{}}]')
  for (const line of lines) insertLine(database, line)
  if (textSearch === 'index') index(database)
}

function insertLine(database: DatabaseSync, line: Line): void {
  const {
    id,
    body = '',
    severity = 9,
    resource = 1,
    chain = null,
    attributes = {},
    event = '',
    pattern = 0,
    span,
  } = line
  database
    .prepare(`INSERT INTO log VALUES (?, ?, 0, 0, 0, ?, '', ?, 1, ?, ?, 0, ?, ?, 0, ?, 0, ?)`)
    .run(
      id,
      id,
      severity,
      resource,
      chain,
      span ? blob(span) : null,
      event,
      body,
      JSON.stringify(attributes),
      pattern,
    )
}

/** As the writer does. */
function index(database: DatabaseSync): void {
  const values = (attributes: object = {}) =>
    Object.values(attributes).map((value) =>
      (typeof value === 'object' ? JSON.stringify(value) : String(value)).slice(0, maxWordsLength),
    )
  for (const block of new Set(lines.map(({ id }) => Math.floor(id / textBlock)))) {
    const of = lines.filter(({ id }) => Math.floor(id / textBlock) === block)
    const words = of
      .map(({ body, attributes }) => searchableText([body, ...values(attributes)].join(' ')))
      .join('\n')
    database.prepare('INSERT INTO log_text (rowid, words) VALUES (?, ?)').run(block, words)
  }
}

const databases = { index: new DatabaseSync(':memory:'), scan: new DatabaseSync(':memory:') }

beforeAll(() => {
  for (const textSearch of ['index', 'scan'] as const) {
    fill(databases[textSearch], textSearch)
    defineLineMatches(databases[textSearch])
  }
})
afterAll(() => {
  for (const database of Object.values(databases)) database.close()
})

function compiled(text: string, target: Target, textSearch: TextSearch, asks = true) {
  const { tree, problem } = parseSearch(text)
  if (problem) throw new Error(problem.mistake(englishMistakes))
  const ask = (sql: string, parameters: SqlValue[]) =>
    Number(Object.values(databases[textSearch].prepare(sql).get(...parameters) ?? {})[0])
  return compileSearch(tree, { target, textSearch, ...(asks && { ask }) })
}

function statement(text: string, target: Target, textSearch: TextSearch, asks = true) {
  const { where, parameters, match } = compiled(text, target, textSearch, asks)
  if (match === undefined) {
    return {
      sql: `SELECT ${target}.id FROM ${target} WHERE ${where} AND ${target}.us BETWEEN 0 AND 1e15 ORDER BY ${target}.us DESC, ${target}.id DESC LIMIT 200`,
      parameters,
    }
  }
  return {
    sql: `SELECT log.id FROM ${indexedLines} WHERE log_text MATCH ? AND ${where} AND log.us BETWEEN 0 AND 1e15
      ORDER BY ${indexedNewestFirst} LIMIT 200`,
    parameters: [match, ...parameters],
  }
}

function search(text: string, target: Target, textSearch: TextSearch, asks = true): number[] {
  const { sql, parameters } = statement(text, target, textSearch, asks)
  const rows = databases[textSearch].prepare(sql).all(...parameters)
  return rows.map(({ id }) => Number(id)).sort((a, b) => a - b)
}

/** The same with and without index, with and without questions before. */
function everyWay(text: string, target: Target): number[][] {
  return [
    search(text, target, 'index'),
    search(text, target, 'index', false),
    search(text, target, 'scan'),
    search(text, target, 'scan', false),
  ]
}

const everyLine = lines.map(({ id }) => id)
const except = (...ids: number[]) => everyLine.filter((id) => !ids.includes(id))

test.each<[string, number[]]>([
  ['', everyLine],
  ['connection', [1, 2, 3]],
  ['CONNECTION refused', [1, 3]],
  ['"connection refused"', [1]],
  ['conn*', [1, 2, 3]],
  ['conn', []],
  ['connection -refused', [2]],
  ['-connection', except(1, 2, 3)],
  ['established OR carte', [2, 4]],
  ['peer (established OR refused) -level:warn', [1]],
  ['cafe', [4]],
  ['CAFÉ "creme a la"', [4]],
  ['订单', [5]],
  ['支付', [5]],
  ['付支', []],
  ['余额', [5]],
  ['订单*', [5]],
  ['失敗', [6]],
  ['しま', [6]],
  ['실패', [7]],
  [`it's`, [8]],
  ['100%', [8]],
  ['"\\"done\\""', [8]],
  ['a_b', [8]],
  ['a_', []],
  ['a*b', [8]],
  ['"NEAR(x"', [8]],
  ['"C:\\dir"', [8]],
  ['"nul\0inside"', [9]],
  ['inside', [9]],
  ['😀', [9]],
  ['🤔 inside', [9]],
  ['%', [8]],
  ['"\'"', [8]],
  ['"OR" "NOT"', [33]],
  ['anna', [1]],
  ['order', []],
  ['order_id=42', [10]],
  ['red', [10]],
  ['user:anna', [1]],
  ['user:Anna', []],
  ['user:"Bob Smith"', [3]],
  ['user:Bob*', [3]],
  ['user:*', [1, 3]],
  ['-user:anna', except(1)],
  ['-user:*', except(1, 3)],
  ['order.id:42', [1]],
  ['order.id:42.0', [1]],
  ['order.id:4*', [1]],
  ['order.id>7', [1, 35]],
  ['order.id>=7 order.id<42', [2]],
  ['order.id<=7', [2]],
  ['order.id:1e21', [35]],
  ['retry:true', [2]],
  ['retry:1', []],
  ['none:null', [10]],
  ['total:12.50', [10]],
  ['http.status:500', [4]],
  ['tags:"[\\"red\\",\\"blue\\"]"', [10]],
  ['"a \\"b\\".c\\\\":odd', [9]],
  ['reason:余额不足', [5]],
  [`text:"${'word '.repeat(80)}end"`, [34]],
  ['env:prod', except(6, 7, 8)],
  ['env:test', [6, 7, 8, 35]],
  ['env:nowhere', []],
  ['service:api connection', [1, 2, 3]],
  ['service:"web shop"', [6, 7, 8]],
  ['service:web*', [6, 7, 8]],
  ['-service:api', [6, 7, 8]],
  ['service:nobody OR carte', [4]],
  ['level:error', [1, 5]],
  ['level:info', [2, 4, 9, 10, 33, 34, 35]],
  ['level>=warn', [1, 3, 5, 8]],
  ['level>error', [8]],
  ['level<info', [6, 7]],
  ['level<=info', except(1, 3, 5, 8)],
  ['level<trace OR level>fatal', []],
  ['level>=debug', except(7)],
  ['has:error', [1, 5, 8]],
  ['has:trace', [1, 2, 3, 5, 8, 33]],
  ['has:exception', [9]],
  [`trace:${traces[0]}`, [1, 2]],
  [`00-${traces[0]}-00f067aa0ba902b7-01 established`, [2]],
  [`-trace:${traces[0]}`, except(1, 2)],
  [`trace:${'c'.repeat(32)}`, []],
  ['span:00f067aa0ba902b7', [33]],
  ['pattern:12', [33]],
  ['event:order.paid OR event:x*', [10]],
  ['event:*', [10]],
  ['dur>200ms', [8, 33]],
  ['dur>=150ms', [3, 5, 8, 33]],
  ['dur<1us', [1, 2]],
  ['queue:mails', [34]],
  ['name:"GET /orders"', [1, 2]],
  ['name:send*', [3, 5]],
  ['name:nothing', []],
  ['-name:*', except(1, 2, 3, 5)],
])('lines: %s', (text, ids) => {
  expect(everyWay(text, 'log')).toEqual([ids, ids, ids, ids])
})

test.each<[string, number[]]>([
  ['', [1, 2, 3]],
  ['connection', [1, 2]],
  ['established peer', [1]],
  ['"connection refused"', [1]],
  ['-connection', [3]],
  ['orders', [1]],
  ['mail', [2]],
  ['mail -refused', []],
  ['支付 OR a_b', [2, 3]],
  ['unused', []],
  ['😀', []],
  ['%', [3]],
  ['order.id:42', [1]],
  ['http.status:500', [1]],
  ['http.status>400', [1]],
  ['env:test', [2, 3]],
  ['-env:prod', []],
  ['user:*', [1, 2]],
  ['service:"web shop"', [2, 3]],
  ['service:nobody', []],
  ['level>=error', [1, 2, 3]],
  ['level:warn', [2]],
  ['level:info', [1, 3]],
  ['level>=fatal', [3]],
  ['has:error', [1, 2, 3]],
  ['has:trace', [1, 2, 3]],
  ['has:exception', [2]],
  [traces[1]!, [2]],
  ['span:00f067aa0ba902b7', [3]],
  ['span:00f067aa0ba902b8', [1]],
  ['pattern:12', [3]],
  ['event:order.paid', []],
  ['dur>=150ms', [2, 3]],
  ['queue:orders', [1]],
  ['name:"send Mail"', [2]],
  ['-name:*', [3]],
])('chains: %s', (text, ids) => {
  expect(everyWay(text, 'chain')).toEqual([ids, ids, ids, ids])
})

describe('the plan', () => {
  const plan = (text: string, target: Target) => {
    const { sql, parameters } = statement(text, target, 'index')
    const steps = databases.index.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters)
    return steps.map(({ detail }) => String(detail)).join('\n')
  }

  test.each<[string, Target, string]>([
    ['', 'log', 'INDEX log_time'],
    ['level>=warn', 'log', 'log USING INDEX log_problem'],
    ['level:error service:api', 'log', 'log USING INDEX log_problem'],
    ['has:error', 'log', 'log USING INDEX log_problem'],
    ['connection refused', 'log', 'SCAN log_text VIRTUAL TABLE'],
    ['order.id:42', 'log', 'SCAN log_text VIRTUAL TABLE'],
    [traces[0]!, 'log', 'log USING INDEX log_chain'],
    [`connection ${traces[0]}`, 'log', 'log USING INDEX log_chain'],
    ['has:error', 'chain', 'chain USING INDEX chain_failed'],
    [traces[0]!, 'chain', 'sqlite_autoindex_chain_1'],
    ['established', 'chain', 'SCAN log_text VIRTUAL TABLE'],
  ])('of %s over %s uses its index', (text, target, used) => {
    expect(plan(text, target)).toContain(used)
  })

  test('of words looks lines up newest first and sorts nothing', () => {
    expect(plan('connection', 'log').split('\n')).toEqual([
      expect.stringMatching(/^SCAN log_text VIRTUAL TABLE/),
      'SCAN 16-ROW VALUES CLAUSE',
      'SEARCH log USING INTEGER PRIMARY KEY (rowid=?)',
    ])
    const { sql, parameters } = statement('word OR plain OR connection', 'log', 'index')
    const ids = databases.index.prepare(sql).all(...parameters)
    expect(ids.map(({ id }) => id)).toEqual([35, 34, 3, 2, 1])
  })
})

const words = [
  'connection',
  'refused',
  'peer',
  '"connection refused"',
  'conn*',
  '订单',
  '失敗',
  'cafe',
  '😀',
  '%',
  'a_b',
  'nothing',
]
const fields = [
  'user:anna',
  'user:*',
  'order.id>7',
  'order.id:42',
  'env:test',
  'service:api',
  'level>=warn',
  'has:error',
  'dur>1ms',
  'name:*',
]

test('generated searches find the same lines and chains every way', () => {
  const { text } = fc.letrec<{ text: string }>((tie) => ({
    text: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(...words, ...fields),
      fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a}) (${b})`),
      fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a} OR ${b})`),
      tie('text').map((part) => `-(${part})`),
    ),
  }))
  fc.assert(
    fc.property(text, fc.constantFrom<Target>('log', 'chain'), (source, target) => {
      const [first, ...others] = everyWay(source, target)
      expect(others).toEqual([first, first, first])
    }),
    { numRuns: 500 },
  )
})

test('a search of any text runs, and what it says is never part of the SQL', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('"', "'", '%', '_', '*', 'NEAR(', '\0', 'x', ' ', '--', '?', '\\', '订'), {
        maxLength: 12,
      })
      .map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(hostile, hostile, fc.constantFrom<Target>('log', 'chain'), (body, key, target) => {
      const quoted = (text: string) => `"zq7${text.replace(/["\\]/g, '\\$&')}"`
      const text = `${quoted(body)} OR ${quoted(key)}:${quoted(body)} OR -${quoted(key)}:${quoted(body)}*`
      everyWay(text, target)
      expect(statement(text, target, 'index').sql).not.toContain('zq7')
    }),
    { numRuns: 300 },
  )
})

test('each character that is a word for us is one word for FTS5', () => {
  const database = new DatabaseSync(':memory:')
  database.exec(textSchema)
  database.exec('CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, log_text, instance)')
  const insert = database.prepare('INSERT INTO log_text (rowid, words) VALUES (?, ?)')
  const letters: number[] = []
  database.exec('BEGIN')
  for (let code = 128; code < 0x40000; code++) {
    if (!/[\p{L}\p{N}]/u.test(String.fromCodePoint(code))) continue
    const text = searchableText(String.fromCodePoint(code)).trim()
    if (text === '' || text.includes(' ')) continue
    letters.push(code)
    insert.run(code, `zz${text}yy`)
  }
  database.exec('COMMIT')
  const found = database.prepare('SELECT doc, count(*) AS words FROM temp.words GROUP BY doc').all()
  const split = found.filter(({ words }) => words !== 1).map(({ doc }) => Number(doc).toString(16))
  expect([found.length, split]).toEqual([letters.length, []])
  database.close()
})
