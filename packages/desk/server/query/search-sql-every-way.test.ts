import { DatabaseSync } from 'node:sqlite'
import { searchableText } from '@clew/search'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { databases, everyWay, statement, type Target, traces } from '../../test/search-rig.ts'
import { textSchema } from '../schema/tables.ts'

describe('the plan', () => {
  const plan = (text: string, target: Target) => {
    const { sql, parameters } = statement(text, target, 'index')
    const steps = databases.index.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters)
    return steps.map(({ detail }) => String(detail)).join('\n')
  }

  test.each<[string, Target, string]>([
    ['', 'log', 'INDEX log_time'],
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
  'buyer.id:7',
  'buyer.id:9',
  'buyer.id>7',
  'buyer.id:*',
  'buyer.name:"Zoe\nK"',
  'buyer.name:Zo*',
  'buyer.mail:"z@y.x"',
  'buyer.mail:z*',
  'shop.buyer.id:7',
  'shop.buyer.id<9',
  'shop.buyer.tags:*',
  'carts.id:7',
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
