import { expect, test } from 'vitest'
import { connectionOfPool, describeConnection, describeQuery } from './attributes.ts'
import type { Pool } from './library.ts'

const query = (text: unknown, values?: unknown): object => describeQuery(text, values, {}).attributes

test('a text with values is given as written, one without values without its literals', () => {
  expect(
    [
      query("SELECT 'kept' FROM t WHERE id = $1", [7]),
      query({ text: 'SELECT 5 FROM t WHERE id = $1', values: ['secret'] }),
      query("SELECT 'gone' FROM t", []),
      query({ name: 'prepared' }),
    ].map((attributes) => (attributes as Record<string, unknown>)['db.query.text']),
  ).toEqual([
    "SELECT 'kept' FROM t WHERE id = $1",
    'SELECT 5 FROM t WHERE id = $1',
    'SELECT ? FROM t',
    undefined,
  ])
})

test('a text of any length is cut to 8,192 characters, and no value at the cut is left', () => {
  const attributes = query(`SELECT '${'x'.repeat(20_000)}'`) as Record<string, string>
  const parameterized = query(`SELECT $1 ${' '.repeat(20_000)}`, [1]) as Record<string, string>
  expect([attributes['db.query.text'], parameterized['db.query.text']?.length]).toEqual(['SELECT ?…', 8_193])
})

test('a Unix socket has an address and no port', () => {
  expect(describeConnection({ host: '/var/run/postgresql', port: 5432, database: 'shop' })).toEqual({
    'db.namespace': 'shop',
    'server.address': '/var/run/postgresql',
  })
})

test('where a pool connects to comes from its options or its connection string, if from any', () => {
  const of = (options: Pool['options']): object => connectionOfPool({ options } as Pool)
  expect([
    of({ host: 'db', port: 6432, database: 'shop' }),
    of({ connectionString: 'postgres://u:p@db:6432/shop' }),
    of({ connectionString: '/var/run shop' }),
    of({}),
    of(undefined),
  ]).toEqual([
    { host: 'db', port: 6432, database: 'shop' },
    { host: 'db', port: 6432, database: 'shop' },
    {},
    {},
    {},
  ])
})
