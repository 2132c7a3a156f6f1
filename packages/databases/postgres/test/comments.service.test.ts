import { sql as drizzleSql, eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { inRequest } from '../../ioredis/test/database-rig.ts'
import { type Rig, type Sql, startRig, versions } from './postgres-setup.ts'

const pattern = / \/\*traceparent='00-([\da-f]{32})-([\da-f]{16})-0[13]'\*\/$/

type Row = { sent: string; at: number }

describe.each(versions)('comments in queries of %s', (name, load) => {
  // Before 3.1 there is no `simple`.
  const isOld = name === 'postgres 3.0'
  let rig: Rig
  let prepared: Sql
  let unprepared: Sql
  beforeAll(async () => {
    rig = await startRig(load, {}, { addSqlCommenterCommentToQueries: true })
    prepared = rig.connect({ max: 1 })
    unprepared = rig.connect({ max: 10, prepare: false })
  })
  beforeEach(() => rig.recorder.clear())
  afterAll(async () => {
    await Promise.all([prepared.end(), unprepared.end()])
    await rig.stop()
  })

  const ask = (sql: Sql, at: number) => sql<Row[]>`select current_query() as sent, ${at}::int as at`

  test('a thousand at once that are not prepared reach the server with the ids of their own span each', async () => {
    const told = await Promise.all(
      Array.from({ length: 1_000 }, (__, at) =>
        inRequest('request', async (span) => {
          const asked =
            at % 2
              ? ask(unprepared, at)
              : unprepared.unsafe<Row[]>(`select current_query() as sent, ${at} as at`)
          const [row] = await asked
          const [, traceId, spanId] = pattern.exec(row!.sent) ?? []
          return { at: row!.at, spanId, isOwnTrace: traceId === span.spanContext().traceId }
        }),
      ),
    )
    expect(told.map(({ at, isOwnTrace }) => ({ at, isOwnTrace }))).toEqual(
      Array.from({ length: 1_000 }, (__, at) => ({ at, isOwnTrace: true })),
    )
    const spans = rig.recorder.spans.filter(({ scope }) => scope === '@clew/postgres')
    expect(new Set(told.map(({ spanId }) => spanId))).toEqual(new Set(spans.map(({ spanId }) => spanId)))
    expect(spans.filter(({ attributes }) => String(attributes['db.query.text']).includes('/*'))).toEqual([])
  })

  test('a query that is prepared has the same text each time, and the server one statement for it', async () => {
    const sent = await inRequest('request', async () => {
      const texts: string[] = []
      for (let at = 0; at < 50; at++) texts.push((await ask(prepared, at))[0]!.sent)
      return texts
    })
    expect(new Set(sent)).toEqual(new Set(['select current_query() as sent, $1::int as at']))
    const [counted] = await prepared<{ count: number }[]>`
      select count(*)::int from pg_prepared_statements where statement = ${sent[0]!}`
    expect(counted).toEqual({ count: 1 })
  })

  test('what is not prepared by its call has a comment, one with a comment keeps its own', async () => {
    const text = 'select current_query() as sent'
    const simple = () =>
      isOld ? prepared.unsafe<Row[]>(text) : prepared<Row[]>`select current_query() as sent`.simple()
    const answers = await inRequest('request', async () => [
      await prepared.unsafe<Row[]>(`${text}, $1::int as at`, [1]),
      await simple(),
      await prepared.unsafe<Row[]>(`${text} -- asked`),
    ])
    answers.push(await prepared.unsafe<Row[]>(text))
    expect(answers.map(([row]) => row!.sent.replace(pattern, ' (commented)'))).toEqual([
      `${text}, $1::int as at (commented)`,
      `${text} (commented)`,
      `${text} -- asked`,
      text,
    ])
  })

  // Drizzle needs a newer one.
  if (!isOld)
    test('what Drizzle sends is not prepared, and has a comment', async () => {
      const current = drizzleSql<string>`current_query()`
      const asked = drizzle(prepared as never)
        .select({ sent: current })
        .from(drizzleSql`(values (1)) as t`)
        .where(eq(drizzleSql`column1`, 1))
      const [row] = await inRequest('request', () => asked)
      expect(row!.sent.replace(pattern, ' (commented)')).toBe(
        'select current_query() from (values (1)) as t where column1 = $1 (commented)',
      )
    })

  test('a cursor and a transaction work as without', async () => {
    const seen = await inRequest('request', async () => {
      const numbers: unknown[] = []
      for await (const rows of unprepared`select generate_series(1, ${3}::int) as n`.cursor(2))
        numbers.push(...rows)
      const sum = await unprepared.begin(async (own) => {
        const [row] = await own<{ sum: number }[]>`select ${1}::int + ${2}::int as sum`
        return row!.sum
      })
      const failed = await unprepared`select ${'no number'}::text::int`.catch(
        (error: Error & { query: string }) => error,
      )
      return [numbers, sum, (failed as { query: string }).query]
    })
    expect(seen).toEqual([[{ n: 1 }, { n: 2 }, { n: 3 }], 3, 'select $1::text::int'])
  })
})
