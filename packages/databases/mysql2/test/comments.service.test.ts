import { createRequire } from 'node:module'
import type mysql from 'mysql2'
import type { Pool } from 'mysql2'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { isMariadbExpected, startMariadb } from '../../../../scripts/mariadb.ts'
import { type DatabaseRig, inRequest, startDatabaseRig } from '../../ioredis/test/database-rig.ts'
import { mysql2Instrumentation } from '../src/index.ts'

type Mysql = typeof mysql
type Row = { sent: string; at: number }

const require = createRequire(import.meta.url)
const versions = ['mysql2', 'mysql2-3-0', 'mysql2-2']

const text = 'SELECT info AS sent, ? AS at FROM information_schema.processlist WHERE id = connection_id()'
const sentText = (at: number): string => text.replace('?', String(at))
const pattern = /^(.*) \/\*traceparent='00-([\da-f]{32})-([\da-f]{16})-0[13]'\*\/(;?)$/s

describe.skipIf(!isMariadbExpected()).each(versions)('comments in queries of %s', (alias) => {
  let rig: DatabaseRig<Mysql>
  let pool: Pool
  beforeAll(async () => {
    rig = await startDatabaseRig<Mysql>(
      mysql2Instrumentation,
      () => require(require.resolve(alias)) as Mysql,
      startMariadb,
      () => ({}),
      {},
      { addSqlCommenterCommentToQueries: true },
    )
    pool = rig.library.createPool({ uri: rig.url, connectionLimit: 10, multipleStatements: true })
  })
  beforeEach(() => rig.recorder.clear())
  afterAll(async () => {
    await pool.promise().end()
    await rig.stop()
  })

  const rowsOf = async (asked: Promise<unknown>): Promise<Row[]> => ((await asked) as [Row[]])[0]

  test('a thousand at once reach the server with the ids of their own span each', async () => {
    const promises = pool.promise()
    const ask = (at: number): Promise<Row[]> => {
      if (at % 3 === 0) return rowsOf(promises.query(text, [at]))
      if (at % 3 === 1) return rowsOf(promises.query({ sql: text, values: [at] }))
      return new Promise((resolve, reject) => {
        pool.query(text, [at], (error, rows) => (error ? reject(error) : resolve(rows as unknown as Row[])))
      })
    }
    const told = await Promise.all(
      Array.from({ length: 1_000 }, (_, at) =>
        inRequest('request', async (span) => {
          let [row] = await ask(at)
          // MariaDB says nothing of a connection that another one looks at in this moment.
          while (!row?.sent?.startsWith('SELECT')) [row] = await ask(at)
          const [, sent, traceId, spanId] = pattern.exec(row.sent) ?? []
          return { sent, spanId, isOwnTrace: traceId === span.spanContext().traceId }
        }),
      ),
    )
    expect(told.map(({ sent, isOwnTrace }) => ({ sent, isOwnTrace }))).toEqual(
      Array.from({ length: 1_000 }, (_, at) => ({ sent: sentText(at), isOwnTrace: true })),
    )
    const spans = rig.recorder.spans.filter(({ scope }) => scope === '@clew/mysql2')
    const own = new Set(spans.map(({ spanId }) => spanId))
    const commented = new Set(told.map(({ spanId }) => spanId))
    expect([commented.size, [...commented].filter((spanId) => !own.has(spanId!))]).toEqual([1_000, []])
    expect(new Set(spans.map(({ attributes }) => attributes['db.query.text']))).toEqual(new Set([text]))
  })

  test('what the application gave stays as it is, and so do statements that are prepared', async () => {
    const promises = pool.promise()
    const frozen = Object.freeze({ sql: `${text};`, values: Object.freeze([1]), namedPlaceholders: false })
    const named = { sql: text.replace('?', ':at'), values: { at: 2 }, namedPlaceholders: true }
    const rows = await inRequest('request', async () => [
      ...(await rowsOf(promises.query(frozen as never))),
      ...(await rowsOf(promises.query(named as never))),
      ...(await rowsOf(promises.query(`${text} # asked`, [3]))),
      ...(await rowsOf(promises.execute(text, [4]))),
      ...(await rowsOf(promises.execute(text, [4]))),
    ])
    const alone = await rowsOf(promises.query(text, [5]))
    expect([...rows, ...alone].map(({ sent }) => sent.replace(pattern, '$1 (commented)$4'))).toEqual([
      `${sentText(1)} (commented)`,
      `${sentText(2)} (commented)`,
      `${sentText(3)} # asked`,
      // MariaDB shows the values of a prepared statement in its text.
      expect.not.stringContaining('commented'),
      expect.not.stringContaining('commented'),
      sentText(5),
    ])
    expect([frozen.sql, named]).toEqual([
      `${text};`,
      { sql: text.replace('?', ':at'), values: { at: 2 }, namedPlaceholders: true },
    ])
  })

  test('several statements in one text get one comment, at the last', async () => {
    const [sets] = (await inRequest('request', () =>
      pool.promise().query(`${sentText(1)}; ${sentText(2)};`),
    )) as unknown as [Row[][]]
    expect(sets.map(([row]) => pattern.test(row!.sent))).toEqual([false, true])
  })
})
