import { setQueryRecords } from '@clew/core'
import { recordLogs } from '@clew/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { inRequest } from '../../ioredis/test/database-rig.ts'
import { type Rig, startRig, versions } from './pg-setup.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig(versions[0]![1], {}, { enhancedDatabaseReporting: true })
})
beforeEach(() => rig.recorder.clear())
afterAll(() => rig.stop())

test('the values of a query are on its span and on its record', async () => {
  const logs = recordLogs()
  const stop = setQueryRecords({ which: 'all', slowMs: 60_000 })
  const pool = new rig.pg.Pool({ connectionString: rig.url, max: 1 })
  await inRequest('request', async () => {
    await pool.query('SELECT $1::text, $2::int', ['ann', 7])
    await pool.query({ name: 'named', text: 'SELECT $1::text', values: ['bob'] })
    const client = await pool.connect()
    await client.query('SELECT $1::bytea', [Buffer.from('secret')])
    await client.query("SELECT 'literal'")
    client.release()
  })
  await pool.end()
  stop()
  logs.stop()
  const valuesOf = ({ attributes }: { attributes: object }): unknown[] =>
    Object.entries(attributes).filter(([key]) => key.startsWith('db.query.parameter.'))
  const values = [
    [
      ['db.query.parameter.0', 'ann'],
      ['db.query.parameter.1', '7'],
    ],
    [['db.query.parameter.0', 'bob']],
    [['db.query.parameter.0', '<6 bytes>']],
    [],
  ]
  expect(rig.recorder.spans.filter(({ scope }) => scope === '@clew/pg').map(valuesOf)).toEqual(values)
  expect(logs.logs.filter(({ scope }) => scope === 'clew.queries').map(valuesOf)).toEqual(values)
  expect(JSON.stringify(rig.recorder.spans)).not.toContain('literal')
})
