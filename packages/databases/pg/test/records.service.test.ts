import { setQueryRecords } from '@clew/core'
import { recordLogs } from '@clew/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inRequest } from '../../ioredis/test/database-rig.ts'
import { type Rig, startRig, versions } from './pg-setup.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig(versions[0]![1])
})
afterAll(() => rig.stop())

test('queries that were slow or failed, and one that is repeated, are records in their chain', async () => {
  const logs = recordLogs()
  const stop = setQueryRecords({ which: 'slow', slowMs: 200 })
  const pool = new rig.pg.Pool({ connectionString: rig.url, max: 2 })
  const ids = await inRequest('request', async (span) => {
    await pool.query('SELECT pg_sleep($1), generate_series(1, 3)', [0.1])
    await pool.query("SELECT 'secret'::int").catch(() => {})
    for (let i = 0; i < 12; i++) await pool.query('SELECT $1::int', [i])
    return span.spanContext()
  })
  await pool.end()
  stop()
  logs.stop()
  const told = logs.logs.filter(({ scope }) => scope === 'clew.queries')
  const slow = rig.recorder.spans.find(({ attributes }) =>
    String(attributes['db.query.text']).includes('pg_sleep'),
  )
  const said = told.map(({ eventName, traceId, body }) => [
    eventName,
    traceId,
    String(body).replace(/\d+ ms/, 'a time'),
  ])
  // On a busy machine others are slow, too.
  expect(said[0]).toEqual(['db.query', ids.traceId, 'SELECT took a time'])
  expect(said).toContainEqual(['db.query', ids.traceId, 'SELECT failed after a time: 22P02'])
  expect(said).toContainEqual(['db.query.repeated', ids.traceId, 'SELECT for the 10th time in one request'])
  expect([told[0]?.spanId, told[0]?.attributes['db.response.returned_rows']]).toEqual([slow?.spanId, 3])
  expect(JSON.stringify(told)).not.toContain('secret')
})
