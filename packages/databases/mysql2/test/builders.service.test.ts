import { createRequire } from 'node:module'
import { eq } from 'drizzle-orm'
import { int, mysqlTable, text } from 'drizzle-orm/mysql-core'
import { drizzle } from 'drizzle-orm/mysql2'
import knex from 'knex'
import type mysql from 'mysql2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isMariadbExpected, startMariadb } from '../../../../scripts/mariadb.ts'
import {
  activeTrace,
  type DatabaseRig,
  inRequest,
  startDatabaseRig,
} from '../../ioredis/test/database-rig.ts'
import { mysql2Instrumentation } from '../src/index.ts'

type Mysql = typeof mysql
type Row = { id: number; name: string | null }
/** A way to write a row in a transaction and to find it again. */
type Builder = {
  write(id: number): Promise<unknown>
  find(id: number): Promise<Row[]>
  close(): Promise<unknown>
}

const require = createRequire(import.meta.url)

const builders: Readonly<Record<string, (rig: DatabaseRig<Mysql>) => Builder>> = {
  knex: ({ url }) => {
    const db = knex({ client: 'mysql2', connection: url, pool: { min: 0, max: 3 } })
    return {
      write: (id) => db.transaction((own) => own('built').insert({ id, name: 'knex' })),
      find: (id) => db<Row>('built').where({ id }).select('id', 'name'),
      close: () => db.destroy(),
    }
  },
  drizzle: ({ library, url }) => {
    const pool = library.createPool({ uri: url, connectionLimit: 3 }).promise()
    const built = mysqlTable('built', { id: int('id').primaryKey(), name: text('name') })
    const db = drizzle({ client: pool })
    return {
      write: (id) => db.transaction((own) => own.insert(built).values({ id, name: 'drizzle' })),
      find: (id) => db.select().from(built).where(eq(built.id, id)),
      close: () => pool.end(),
    }
  },
}

describe.skipIf(!isMariadbExpected())('query builders', () => {
  let rig: DatabaseRig<Mysql>
  beforeAll(async () => {
    rig = await startDatabaseRig<Mysql>(
      mysql2Instrumentation,
      () => require('mysql2') as Mysql,
      startMariadb,
      () => ({}),
    )
  })
  afterAll(() => rig.stop())

  test.each(Object.entries(builders))(
    '%s: 40 requests on 3 connections have each their own statements',
    async (name, make) => {
      const own = rig.library.createConnection(rig.url).promise()
      await own.query('DROP TABLE IF EXISTS built')
      await own.query('CREATE TABLE built (id int PRIMARY KEY, name text)')
      await own.end()
      const { write, find, close } = make(rig)
      rig.recorder.clear()
      const told = await Promise.all(
        Array.from({ length: 40 }, (_, id) =>
          inRequest(`request ${id}`, async (span) => {
            await write(id)
            const between = activeTrace()
            const rows = await find(id)
            const { traceId } = span.spanContext()
            return [rows.map((row) => ({ ...row })), between === traceId, activeTrace() === traceId]
          }),
        ),
      )
      await close()
      expect(told).toEqual(Array.from({ length: 40 }, (_, id) => [[{ id, name }], true, true]))
      const requests = new Map(
        rig.recorder.spans
          .filter(({ scope }) => scope === 'requests')
          .map((span) => [span.traceId, span.spanId]),
      )
      const queries = rig.recorder.spans.filter(({ scope }) => scope === '@clew/mysql2')
      const ofEach = [...requests].map(([traceId, spanId]) => {
        const mine = queries.filter((query) => query.traceId === traceId && query.parentSpanId === spanId)
        return [/^(begin|start)/i, /^insert/i, /^commit/i, /^select/i].every((word) =>
          mine.some((query) => word.test(query.name)),
        )
      })
      expect([ofEach, rig.recorder.open()]).toEqual([Array(40).fill(true), 0])
      expect(queries.filter(({ traceId }) => !requests.has(traceId))).toEqual([])
    },
  )
})
