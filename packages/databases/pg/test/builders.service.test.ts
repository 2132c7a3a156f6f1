import { eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import knex from 'knex'
import { DataSource, EntitySchema } from 'typeorm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { activeTrace, inRequest } from '../../ioredis/test/database-rig.ts'
import { type Rig, startRig, versions } from './pg-setup.ts'
import { generatePrisma } from './prisma-client.ts'

type Row = { id: number; name: string | null }
/** A way to write a row and to find it again, in one transaction each. */
type Builder = {
  write(id: number): Promise<unknown>
  find(id: number): Promise<Row[]>
  close(): Promise<unknown>
}

const builders: Readonly<Record<string, (rig: Rig) => Promise<Builder>>> = {
  knex: async ({ url }) => {
    const db = knex({ client: 'pg', connection: url, pool: { min: 0, max: 3 } })
    return {
      write: (id) => db.transaction((own) => own('pg_built').insert({ id, name: 'knex' })),
      find: (id) => db<Row>('pg_built').where({ id }).select('id', 'name'),
      close: () => db.destroy(),
    }
  },
  drizzle: async ({ pg, url }) => {
    const pool = new pg.Pool({ connectionString: url, max: 3 })
    const built = pgTable('pg_built', { id: integer('id').primaryKey(), name: text('name') })
    const db = drizzle(pool)
    return {
      write: (id) => db.transaction((own) => own.insert(built).values({ id, name: 'drizzle' })),
      find: (id) => db.select().from(built).where(eq(built.id, id)),
      close: () => pool.end(),
    }
  },
  typeorm: async ({ pg, url }) => {
    const Built = new EntitySchema<Row>({
      name: 'pg_built',
      columns: { id: { type: Number, primary: true }, name: { type: String, nullable: true } },
    })
    const source = new DataSource({ type: 'postgres', url, driver: pg, entities: [Built], extra: { max: 3 } })
    await source.initialize()
    return {
      write: (id) => source.transaction((own) => own.insert(Built, { id, name: 'typeorm' })),
      find: (id) => source.getRepository(Built).findBy({ id }),
      close: () => source.destroy(),
    }
  },
  prisma: async ({ url }) => {
    const { connect, remove } = await generatePrisma()
    const client = connect(url, 3)
    const unhurried = { maxWait: 60_000, timeout: 60_000 }
    return {
      write: (id) =>
        client.$transaction((own) => own.pg_built.create({ data: { id, name: 'prisma' } }), unhurried),
      find: (id) => client.pg_built.findMany({ where: { id } }),
      close: async () => {
        await client.$disconnect()
        remove()
      },
    }
  },
}

let rig: Rig
beforeAll(async () => {
  rig = await startRig(versions[0]![1])
  await onServer('DROP TABLE IF EXISTS pg_built; CREATE TABLE pg_built (id int PRIMARY KEY, name text)')
})
afterAll(() => rig.stop())

async function onServer(statements: string): Promise<void> {
  const client = new rig.pg.Client({ connectionString: rig.url })
  await client.connect()
  await client.query(statements)
  await client.end()
}

test.each(Object.entries(builders))(
  '%s: 40 requests on 3 connections have each their own statements',
  async (name, make) => {
    await onServer('TRUNCATE pg_built')
    const { write, find, close } = await make(rig)
    rig.recorder.clear()
    const told = await Promise.all(
      Array.from({ length: 40 }, (_, id) =>
        inRequest(`request ${id}`, async (span) => {
          await write(id)
          const between = activeTrace()
          const rows = await find(id)
          const own = span.spanContext().traceId
          return [rows, between === own, activeTrace() === own]
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
    const queries = rig.recorder.spans.filter(({ scope }) => scope === '@clew/pg')
    const ofEach = [...requests].map(([traceId, spanId]) => {
      const own = queries.filter((query) => query.traceId === traceId && query.parentSpanId === spanId)
      return [/^(begin|start)/i, /^insert/i, /^commit/i, /^select/i].every((word) =>
        own.some((query) => word.test(query.name)),
      )
    })
    expect([ofEach, rig.recorder.open()]).toEqual([Array(40).fill(true), 0])
    expect(queries.filter(({ traceId }) => !requests.has(traceId))).toEqual([])
  },
)
