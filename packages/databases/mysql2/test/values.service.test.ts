import { createRequire } from 'node:module'
import type mysql from 'mysql2'
import { describe, expect, test } from 'vitest'
import { isMariadbExpected, startMariadb } from '../../../../scripts/mariadb.ts'
import { inRequest, startDatabaseRig } from '../../ioredis/test/database-rig.ts'
import { mysql2Instrumentation } from '../src/index.ts'

type Mysql = typeof mysql

const require = createRequire(import.meta.url)

describe.skipIf(!isMariadbExpected()).each(['mysql2', 'mysql2-2'])('values of %s', (alias) => {
  test('those that a query is given are on its span, by place or by name', async () => {
    const rig = await startDatabaseRig<Mysql>(
      mysql2Instrumentation,
      () => require(require.resolve(alias)) as Mysql,
      startMariadb,
      () => ({}),
      {},
      { enhancedDatabaseReporting: true },
    )
    const pool = rig.library.createPool({ uri: rig.url, connectionLimit: 1, namedPlaceholders: true })
    const promises = pool.promise()
    await inRequest('request', async () => {
      await promises.query('SELECT ?, ?', ['ann', 7])
      await promises.query({ sql: 'SELECT ?', values: ['bob'] })
      await promises.query('SELECT :user, :password', { user: 'eve', password: 'secret' })
      await promises.execute('SELECT ?', ['ann'])
      await promises.query("SELECT 'literal'")
    })
    await promises.end()
    await rig.stop()
    const spans = rig.recorder.spans.filter(({ scope }) => scope === '@clew/mysql2')
    const key = 'db.query.parameter.'
    const values = spans.map(({ attributes }) =>
      Object.fromEntries(
        Object.entries(attributes).flatMap(([name, value]) =>
          name.startsWith(key) ? [[name.slice(key.length), value]] : [],
        ),
      ),
    )
    expect(values).toEqual([
      { 0: 'ann', 1: '7' },
      { 0: 'bob' },
      { user: 'eve', password: 'secret' },
      { 0: 'ann' },
      {},
    ])
  })
})
