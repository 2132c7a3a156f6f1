import { DatabaseSync } from 'node:sqlite'
import { englishMistakes, longObjectWord, maxWordsLength, parseSearch, searchableText } from '@clew/search'
import { afterAll, beforeAll } from 'vitest'
import { defineLineMatches } from '../server/query/line-matches.ts'
import type { SqlValue } from '../server/query/open-segments.ts'
import { compileSearch } from '../server/query/search-sql.ts'
import { indexedLines } from '../server/query/search-sql-index.ts'
import { schema, textBlock, textSchema } from '../server/schema/tables.ts'

export type Target = 'log' | 'chain'
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

export const traces = ['4bf92f3577b34da6a3ce929d0e0e4736', 'a'.repeat(32), 'b'.repeat(32)]
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
  {
    id: 36,
    body: 'nested',
    attributes: { buyer: { id: 7, name: 'Zoe\nK', 'x.y': 1 }, carts: [{ id: 7 }] },
  },
  {
    id: 37,
    body: 'deep',
    attributes: { 'shop.buyer': { id: '7' }, shop: { buyer: { id: 8, tags: ['sale'] } } },
  },
  {
    id: 70,
    body: 'far',
    attributes: { buyer: { text: 'far '.repeat(1100), id: 9, mail: 'z@y.x' } },
  },
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
    '{"http.status":500,"messaging.destination.name":"orders","buyer":{"id":7}}',
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
    Object.values(attributes).map((value) => {
      const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
      const isLong = typeof value === 'object' && text.length > maxWordsLength
      return `${text.slice(0, maxWordsLength)}${isLong ? ` ${longObjectWord}` : ''}`
    })
  for (const block of new Set(lines.map(({ id }) => Math.floor(id / textBlock)))) {
    const of = lines.filter(({ id }) => Math.floor(id / textBlock) === block)
    const words = of
      .map(({ body, attributes }) => searchableText([body, ...values(attributes)].join(' ')))
      .join('\n')
    database.prepare('INSERT INTO log_text (rowid, words) VALUES (?, ?)').run(block, words)
  }
  database.prepare('INSERT INTO span_text (rowid, words) VALUES (0, ?)').run('500 orders id 7')
}

/** The same lines with and without the full-text index. Opened before the tests of a file, closed behind them. */
export const databases = { index: new DatabaseSync(':memory:'), scan: new DatabaseSync(':memory:') }

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
  return compileSearch(tree, {
    target,
    textSearch,
    hasSpanText: textSearch === 'index',
    ...(asks && { ask }),
  })
}

export function statement(text: string, target: Target, textSearch: TextSearch, asks = true) {
  const { where, parameters, match } = compiled(text, target, textSearch, asks)
  if (match === undefined) {
    return {
      sql: `SELECT ${target}.id FROM ${target} WHERE ${where} AND ${target}.us BETWEEN 0 AND 1e15 ORDER BY ${target}.us DESC, ${target}.id DESC LIMIT 200`,
      parameters,
    }
  }
  return {
    sql: `SELECT log.id FROM ${indexedLines} WHERE log_text MATCH ? AND ${where} AND log.us BETWEEN 0 AND 1e15
      ORDER BY log.us DESC, log.id DESC LIMIT 200`,
    parameters: [match, ...parameters],
  }
}

function search(text: string, target: Target, textSearch: TextSearch, asks = true): number[] {
  const { sql, parameters } = statement(text, target, textSearch, asks)
  const rows = databases[textSearch].prepare(sql).all(...parameters)
  return rows.map(({ id }) => Number(id)).sort((a, b) => a - b)
}

/** The ids that a search finds, with and without index, with and without questions before. */
export function everyWay(text: string, target: Target): number[][] {
  return [
    search(text, target, 'index'),
    search(text, target, 'index', false),
    search(text, target, 'scan'),
    search(text, target, 'scan', false),
  ]
}

export const everyLine = lines.map(({ id }) => id)
export const except = (...ids: number[]) => everyLine.filter((id) => !ids.includes(id))
