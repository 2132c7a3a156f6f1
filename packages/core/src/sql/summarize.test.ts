import fc from 'fast-check'
import { expect, test } from 'vitest'
import { summarize } from './summarize.ts'
import { type Dialect, tokenize } from './tokens.ts'

const summaryOf = (sql: string, dialect: Dialect = 'postgresql'): object => summarize(tokenize(sql, dialect))

test.each([
  ['SELECT * FROM orders', 'SELECT orders', 'orders'],
  ['select * from public.orders o where o.id = $1', 'select public.orders', 'public.orders'],
  ['SELECT * FROM "Song List"', 'SELECT "Song List"', 'Song List'],
  ['SELECT * FROM songs, artists AS a', 'SELECT songs artists', undefined],
  ['SELECT * FROM songs s JOIN artists a ON a.id = s.artist', 'SELECT songs artists', undefined],
  ['SELECT * FROM (SELECT id FROM songs) t', 'SELECT SELECT songs', undefined],
  ['INSERT INTO shipping SELECT * FROM orders', 'INSERT shipping SELECT orders', undefined],
  ['INSERT INTO orders (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET id = $1', 'INSERT orders', 'orders'],
  ['UPDATE ONLY orders SET paid = true', 'UPDATE orders', 'orders'],
  ['DELETE FROM orders WHERE id IN (SELECT id FROM old)', 'DELETE orders SELECT old', undefined],
  ['SELECT * FROM orders FOR UPDATE SKIP LOCKED', 'SELECT orders', 'orders'],
  ['WITH r (id) AS (SELECT id FROM orders) SELECT * FROM r', 'SELECT orders SELECT', undefined],
  ['MERGE INTO stock USING buys ON true WHEN MATCHED THEN UPDATE SET n = 1', 'MERGE stock', 'stock'],
  ['SELECT extract(year FROM at), a IS DISTINCT FROM b FROM orders', 'SELECT orders', 'orders'],
  ['SELECT * FROM generate_series(1, 9)', 'SELECT', undefined],
  ['SELECT 1', 'SELECT', undefined],
  ['CREATE TABLE IF NOT EXISTS orders (type text)', 'CREATE TABLE orders', 'orders'],
  ['CREATE UNIQUE INDEX by_day ON orders (day)', 'CREATE INDEX by_day', 'by_day'],
  ['DROP TABLE IF EXISTS orders', 'DROP TABLE orders', 'orders'],
  ['TRUNCATE orders', 'TRUNCATE orders', 'orders'],
  ['COPY orders FROM STDIN', 'COPY orders', 'orders'],
  ['CALL pay($1)', 'CALL pay', 'pay'],
  ['BEGIN', 'BEGIN', undefined],
  ['start transaction read only', 'start transaction', undefined],
  ['START', 'START', undefined],
  ['  -- note\n /* more */ COMMIT;', 'COMMIT', undefined],
  ['SELEC 1', '', undefined],
  ['', '', undefined],
])('%s is %s', (sql, text, collection) => {
  expect(summaryOf(sql)).toMatchObject({ text, collection })
})

test.each([
  ['SELECT * FROM `song list`', 'SELECT `song list`', 'song list'],
  ['REPLACE INTO orders VALUES (1)', 'REPLACE orders', 'orders'],
  [
    'INSERT IGNORE INTO `shop`.`orders` (id) VALUES (?) ON DUPLICATE KEY UPDATE id = 1',
    'INSERT `shop`.`orders`',
    'shop.orders',
  ],
  ['UPDATE LOW_PRIORITY orders SET paid = 1', 'UPDATE orders', 'orders'],
  ['SELECT REPLACE(a, \'x\', "y") FROM orders', 'SELECT orders', 'orders'],
  ['SHOW TABLES', 'SHOW', undefined],
  ['USE shop', 'USE', undefined],
])('in MySQL %s is %s', (sql, text, collection) => {
  expect(summaryOf(sql, 'mysql')).toMatchObject({ text, collection })
})

test('several statements are a batch, with their summary when it is the same', () => {
  expect([
    summaryOf('INSERT INTO a VALUES (1); INSERT INTO a VALUES (2)'),
    summaryOf('SELECT 1; UPDATE a SET b = 1'),
  ]).toEqual([
    { text: 'BATCH INSERT a', operation: 'BATCH INSERT', collection: undefined, statements: 2 },
    { text: 'BATCH', operation: 'BATCH', collection: undefined, statements: 2 },
  ])
})

test('a summary has at most 255 characters and ends with a whole name', () => {
  const tables = Array.from({ length: 60 }, (_, i) => `table_${i}`)
  const { text } = summarize(tokenize(`SELECT * FROM ${tables.join(', ')}`, 'postgresql'))
  expect([text.length <= 255, tables.includes(text.split(' ').at(-1)!)]).toEqual([true, true])
})

test('no text makes it throw, and no literal gets into a summary', () => {
  const words = fc.constantFrom(
    'SELECT',
    'FROM',
    'UPDATE',
    'WITH',
    'AS',
    '(',
    ')',
    ',',
    '.',
    ';',
    'a',
    '"b"',
    "'SECRET'",
    'JOIN',
    'INTO',
    'TABLE',
    'CREATE',
  )
  fc.assert(
    fc.property(fc.array(words, { maxLength: 40 }), (parts) => {
      expect(summarize(tokenize(parts.join(' '), 'postgresql')).text).not.toContain('SECRET')
    }),
    { numRuns: 3_000 },
  )
})
