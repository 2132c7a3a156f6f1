import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { freePort } from '../../../../scripts/services.ts'
import { inRequest } from '../../ioredis/test/database-rig.ts'
import { type Rig, type Sql, startRig, versions } from './postgres-setup.ts'

describe.each(versions)('texts of queries of %s', (_, load) => {
  let rig: Rig
  let sql: Sql
  beforeAll(async () => {
    rig = await startRig(load)
    sql = rig.connect({ onnotice: () => {} })
    await sql`drop table if exists postgres_texts`
    await sql`create table postgres_texts (id int primary key, customer text)`
  })
  beforeEach(() => rig.recorder.clear())
  afterAll(async () => {
    await sql.end()
    await rig.stop()
  })

  const textsOf = (spans: Rig['recorder']['spans']): unknown[] =>
    spans.flatMap(({ attributes }) => attributes['db.query.text'] ?? [])

  test('one place in the source has the text of what each of its calls was given', async () => {
    const ask = (value: unknown) => sql`select * from postgres_texts where id < ${value as number}`
    await inRequest('request', async () => {
      for (const value of [1, sql('id'), 2, sql`3 + ${4}`, null, new Date(0)])
        await ask(value).catch(() => {})
    })
    expect(textsOf(rig.recorder.spans)).toEqual(
      ['$1', '"id"', '$1', '3 + $1', '$1', '$1'].map(
        (part) => `select * from postgres_texts where id < ${part}`,
      ),
    )
  })

  class Identifier {
    readonly value = 'ann'
    toString = () => this.value
  }
  test.each<[string, unknown]>([
    ['an object without a prototype', Object.assign(Object.create(null), { toString: () => 'ann' })],
    ['an object whose constructor is none', { constructor: null, toString: () => 'ann' }],
    ['an object of a class that has the name of one of postgres.js', new Identifier()],
  ])('%s is a value, and never shown', async (__, value) => {
    const unreachable = rig.connect({ port: await freePort(), max: 1, connect_timeout: 1 })
    const ask = (to: Sql) => to`select id from postgres_texts where customer = ${value as string}`
    await inRequest('request', () => ask(sql))
    await inRequest('request', () => ask(unreachable).catch(() => {}))
    await unreachable.end({ timeout: 0 })
    expect(textsOf(rig.recorder.spans)).toEqual(
      Array(2).fill('select id from postgres_texts where customer = $1'),
    )
  })
})
