import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sanitize } from './statement.ts'
import { type Dialect, tokenize } from './tokens.ts'

const clean = (sql: string, dialect: Dialect = 'postgresql'): string => sanitize(tokenize(sql, dialect))

test.each([
  ["SELECT 'it''s', E'a\\'b', B'01', U&'\\0041'", 'SELECT ?, ?, ?, ?'],
  ['SELECT 1, -2.5, .5, 1e-9, 0xFF, 1_000, 1.', 'SELECT ?, -?, ?, ?, ?, ?, ?'],
  ['SELECT $$a $ b$$, $tag$x $$ y$tag$, $1, $23', 'SELECT ?, ?, $1, $23'],
  ['SELECT $A$x $a$ secret$A$', 'SELECT ?'],
  ['SELECT a1, "Order ""2""", t.c2$x FROM t_3', 'SELECT a1, "Order ""2""", t.c2$x FROM t_3'],
  ["SELECT 1 -- user 'ann'\nFROM t /* id 7 /* nested */ still */ WHERE x", 'SELECT ?  \nFROM t   WHERE x'],
  ["ALTER ROLE r PASSWORD 'secret'", 'ALTER ROLE r PASSWORD ?'],
  ["SELECT a::text, b -> 'key' ->> 0", 'SELECT a::text, b -> ? ->> ?'],
  ["SELECT 'never closed", 'SELECT ?'],
  ['SELECT $q$never closed', 'SELECT ?'],
  ["SELECT E'ends in a backslash\\", 'SELECT ?'],
  ['SELECT 1 /* never closed', 'SELECT ?'],
])('%s becomes %s', (sql, expected) => {
  expect(clean(sql)).toBe(expected)
})

test.each([
  ['SELECT \'it\'\'s\', \'a\\\'b\', X\'01\', "in ""two"" signs", "\\""', 'SELECT ?, ?, ?, ?, ?'],
  ['SELECT `order ``2```, ?, :name, @v, a.`b` FROM t', 'SELECT `order ``2```, ?, :name, @v, a.`b` FROM t'],
  [
    "SELECT 1 -- user 'ann'\nFROM t # 'ann'\nWHERE x /* id 7 /* once */ > 3",
    'SELECT ?  \nFROM t  \nWHERE x   > ?',
  ],
  ['SELECT 5--1, 0xFF, 1e3', 'SELECT ?--?, ?, ?'],
  ['SELECT "never closed', 'SELECT ?'],
  ['SELECT `never closed', 'SELECT `never closed'],
  ["SELECT 'ends in a backslash\\", 'SELECT ?'],
])('in MySQL %s becomes %s', (sql, expected) => {
  expect(clean(sql, 'mysql')).toBe(expected)
})

const dialects: Dialect[] = ['postgresql', 'mysql']

describe.each(dialects)('for every text of %s', (dialect) => {
  const anything = fc.string({ unit: 'binary', maxLength: 200 })

  test('tokens joined are the input', () => {
    fc.assert(
      fc.property(anything, (sql) => {
        expect(
          tokenize(sql, dialect)
            .map(({ text }) => text)
            .join(''),
        ).toBe(sql)
      }),
    )
  })

  test('the same for texts made of the signs that matter', () => {
    const signs = fc.constantFrom(
      "'",
      "''",
      '"',
      '$',
      '$$',
      '$a$',
      '\\',
      '--',
      '\n',
      '/*',
      '*/',
      '#',
      '`',
      'E',
      'e',
      'x',
      '1',
      ' ',
      ';',
    )
    fc.assert(
      fc.property(fc.array(signs, { maxLength: 60 }), (parts) => {
        const sql = parts.join('')
        expect(
          tokenize(sql, dialect)
            .map(({ text }) => text)
            .join(''),
        ).toBe(sql)
      }),
      { numRuns: 2_000 },
    )
  })

  test('no value is left, however it is written', () => {
    // A mark that only ever stands inside of a value.
    const secret = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => `${text}~SECRET~`)
    const inMySql = fc.oneof(
      secret.map((text) => `'${text.replace(/['\\]/g, '\\$&')}'`),
      secret.map((text) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '""')}"`),
      secret.filter((text) => !/[*/]/.test(text)).map((text) => `1 /* ${text} */`),
      secret.filter((text) => !text.includes('\n')).map((text) => `1 # ${text}\n`),
      secret.filter((text) => !text.includes('\n')).map((text) => `1 -- ${text}\n`),
    )
    const inPostgres = fc.oneof(
      secret.map((text) => `'${text.replaceAll("'", "''")}'`),
      secret.map((text) => `E'${text.replace(/['\\]/g, '\\$&')}'`),
      secret.filter((text) => !text.includes('$')).map((text) => `$$${text}$$`),
      secret.filter((text) => !text.includes('$tag$')).map((text) => `$tag$${text}$tag$`),
      secret.filter((text) => !/[*/]/.test(text)).map((text) => `1 /* ${text} */`),
      secret.filter((text) => !text.includes('\n')).map((text) => `1 -- ${text}\n`),
    )
    fc.assert(
      fc.property(
        fc.array(dialect === 'mysql' ? inMySql : inPostgres, { minLength: 1, maxLength: 6 }),
        (literals) => {
          expect(clean(`SELECT ${literals.join(', ')} FROM orders`, dialect)).not.toContain('SECRET')
          expect(clean(`SELECT ${literals.join(', ')} FROM orders`, dialect)).toMatch(
            /^SELECT \?[?, \n]* FROM orders$/,
          )
        },
      ),
      { numRuns: 1_000 },
    )
  })

  test('no number is left', () => {
    const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.bigInt())
    fc.assert(
      fc.property(fc.array(number, { minLength: 1 }), (numbers) => {
        expect(clean(`SELECT ${numbers.join(', ')}`, dialect)).not.toMatch(/\d/)
      }),
    )
  })
})
