import { eq } from 'drizzle-orm'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { drizzle } from 'drizzle-orm/postgres-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inRequest } from '../../ioredis/test/database-rig.ts'
import { type Rig, type Sql, startRig, versions } from './postgres-setup.ts'

const people = pgTable('postgres_people', { id: integer('id').primaryKey(), name: text('name') })

let rig: Rig
let sql: Sql
beforeAll(async () => {
  rig = await startRig(versions[0]![1])
  sql = rig.connect()
  await sql`drop table if exists postgres_people`
  await sql`create table postgres_people (id int primary key, name text)`
})
afterAll(async () => {
  await sql.end()
  await rig.stop()
})

test('Drizzle: each statement is a span of its request, transactions too', async () => {
  const db = drizzle(sql)
  const rows = await inRequest('request', async () => {
    await db.transaction(async (own) => {
      await own.insert(people).values({ id: 1, name: 'ann' })
    })
    return db.select().from(people).where(eq(people.id, 1))
  })
  expect(rows).toEqual([{ id: 1, name: 'ann' }])
  const request = rig.recorder.spans.find(({ name }) => name === 'request')!
  expect(rig.recorder.spans.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
    ['begin', request.spanId],
    ['insert "postgres_people"', request.spanId],
    ['commit', request.spanId],
    ['select "postgres_people"', request.spanId],
    ['request', undefined],
  ])
})
