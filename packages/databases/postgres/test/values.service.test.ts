import { setQueryRecords } from '@clew/core'
import { recordLogs } from '@clew/testing'
import { describe, expect, test } from 'vitest'
import { inRequest } from '../../ioredis/test/database-rig.ts'
import { startRig, versions } from './postgres-setup.ts'

describe.each(versions)('values of %s', (_, load) => {
  test('those that a query was sent with are on its span and on its record', async () => {
    const rig = await startRig(load, {}, { enhancedDatabaseReporting: true })
    const logs = recordLogs()
    const stop = setQueryRecords({ which: 'all', slowMs: 60_000 })
    const sql = rig.connect({ max: 1 })
    await inRequest('request', async () => {
      await sql`select 1 where ${'ann'} in ${sql(['ann', 'eve'])}`
      await sql`select ${'bob'}::text, ${sql`${8}::int`}`
      await sql.unsafe('select $1::text', ['eve'])
      await sql`select ${'no number'}::text::int`.catch(() => {})
    })
    await sql.end()
    stop()
    logs.stop()
    await rig.stop()
    const valuesOf = ({ attributes }: { attributes: object }): unknown[] =>
      Object.entries(attributes).flatMap(([key, value]) =>
        key.startsWith('db.query.parameter.') ? [value] : [],
      )
    const values = [['ann', 'ann', 'eve'], ['bob', '8'], ['eve'], ['no number']]
    expect(rig.recorder.spans.filter(({ scope }) => scope === '@clew/postgres').map(valuesOf)).toEqual(values)
    expect(logs.logs.filter(({ scope }) => scope === 'clew.queries').map(valuesOf)).toEqual(values)
  })
})
