import { TraceState } from '@opentelemetry/core'
import { expect, test } from 'vitest'
import { NoopSpan } from '../api/span.ts'
import type { Dialect } from './tokens.ts'
import { addTraceComment } from './trace-comment.ts'

const ids = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' }
const comment = `/*traceparent='00-${ids.traceId}-${ids.spanId}-01'*/`

const commented = (sql: string, dialect: Dialect = 'postgresql', more: object = {}): string =>
  addTraceComment(sql, new NoopSpan({ ...ids, traceFlags: 1, ...more }), dialect)

test.each([
  ['SELECT 1', `SELECT 1 ${comment}`],
  ['SELECT 1;', `SELECT 1 ${comment};`],
  ['SELECT 1 ; \n', `SELECT 1 ${comment} ; \n`],
  ['SELECT 1; SELECT 2', `SELECT 1; SELECT 2 ${comment}`],
  ["SELECT '-- none', '/* none */'", `SELECT '-- none', '/* none */' ${comment}`],
  ['DO $$ BEGIN /* none */ END $$', `DO $$ BEGIN /* none */ END $$ ${comment}`],
  ["SELECT a #> '{b}' FROM t", `SELECT a #> '{b}' FROM t ${comment}`],
])('%j gets a comment', (sql, expected) => {
  expect(commented(sql)).toBe(expected)
})

test.each<[Dialect, string]>([
  ['postgresql', ''],
  ['postgresql', ' ;; \n'],
  ['postgresql', 'SELECT 1 -- why'],
  ['postgresql', 'SELECT /* why */ 1'],
  ['postgresql', 'SELECT 1 /* never closed'],
  ['mysql', 'SELECT 1 # why'],
  ['mysql', 'SELECT /*+ NO_INDEX(t) */ 1'],
  // Of so long a text it is not known.
  ['postgresql', `SELECT '${'x'.repeat(8_192)}', '--'`],
])('in %s %j stays as it is', (dialect, sql) => {
  expect(commented(sql, dialect)).toBe(sql)
})

test('a text of any length without a sign of a comment gets one', () => {
  const sql = `SELECT '${'x'.repeat(1_000_000)}'`
  expect(commented(sql)).toBe(`${sql} ${comment}`)
})

test('the flags are those of the span, and the tracestate is encoded so that it can end no comment', () => {
  const traceState = new TraceState("a=*/;b'c?:d,e=f")
  expect([
    commented('SELECT 1', 'mysql', { traceFlags: 0, traceState }),
    commented('SELECT 1', 'mysql', { traceFlags: 3 }),
    commented('SELECT 1', 'mysql', {
      traceState: { serialize: () => `a=${'x'.repeat(511)}` },
    }),
  ]).toEqual([
    `SELECT 1 /*traceparent='00-${ids.traceId}-${ids.spanId}-00',tracestate='a%3D*%2F%3Bb\\'c%3F%3Ad%2Ce%3Df'*/`,
    `SELECT 1 /*traceparent='00-${ids.traceId}-${ids.spanId}-03'*/`,
    `SELECT 1 ${comment}`,
  ])
})
