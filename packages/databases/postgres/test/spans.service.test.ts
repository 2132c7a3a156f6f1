import { runInContext, suppressedRoot } from '@clew/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { freePort } from '../../../../scripts/services.ts'
import { inRequest } from '../../ioredis/test/database-rig.ts'
import { type Rig, type Sql, shapes, startRig, versions } from './postgres-setup.ts'

// postgres.js tells nobody of the connection by which it cancels, and a server may reset that one.
const others = process.listeners('unhandledRejection')
process.removeAllListeners('unhandledRejection')
process.on('unhandledRejection', (reason, promise) => {
  if ((reason as NodeJS.ErrnoException | undefined)?.code === 'ECONNRESET') return
  for (const other of others) other(reason, promise)
})

describe.each(versions)('spans of %s', (name, load) => {
  let rig: Rig
  let sql: Sql
  const isOld = name === 'postgres 3.0'

  beforeAll(async () => {
    rig = await startRig(load)
    sql = rig.connect({ onnotice: () => {} })
    await sql`drop table if exists postgres_orders`
    await sql`create table postgres_orders (id int primary key, customer text)`
    await sql`insert into postgres_orders values (1, 'ann'), (2, 'bob')`
  })
  beforeEach(() => rig.recorder.clear())
  afterAll(async () => {
    await sql.end()
    await rig.stop()
  })

  const shape = (operation: string, text: string, more: object = {}): object => ({
    name: `${operation} postgres_orders`,
    kind: 'client',
    status: 'unset',
    attributes: {
      ...rig.server,
      'db.query.text': text,
      'db.query.summary': `${operation} postgres_orders`,
      'db.operation.name': operation,
      'db.collection.name': 'postgres_orders',
      ...more,
    },
    exceptions: [],
  })

  test('every form of a query makes one span and gives what postgres.js gives', async () => {
    const text = 'select customer from postgres_orders where id = $1'
    const seen = await inRequest('request', async () => {
      const one = () => sql`select customer from postgres_orders where id = ${1}`
      const rows: unknown[] = []
      await one().forEach((row) => void rows.push(row))
      const answers = [
        await one(),
        await one().execute(),
        ...(isOld ? [] : [await one().values(), await one().raw()]),
        await sql.unsafe(text, [1]),
        await sql.unsafe(text, [1], { prepare: true }),
        rows,
      ]
      return answers.map((answer) => [...answer])
    })
    const ann = [{ customer: 'ann' }]
    const bare = isOld ? [] : [[['ann']], [[Buffer.from('ann')]]]
    expect(seen).toEqual([ann, ann, ...bare, ann, ann, ann])
    expect(shapes(rig.recorder.spans)).toEqual(Array(seen.length).fill(shape('select', text)))
  })

  test('a text without values has its literals replaced; fragments and names are part of the text', async () => {
    await inRequest('request', async () => {
      const own = sql`customer = 'ann'`
      await sql`select ${sql('customer')} from postgres_orders where ${own} and id < 12`
      await sql.unsafe("select * from postgres_orders where customer = 'ann'")
    })
    expect(shapes(rig.recorder.spans)).toEqual([
      shape('select', 'select "customer" from postgres_orders where customer = ? and id < ?'),
      shape('select', 'select * from postgres_orders where customer = ?'),
    ])
  })

  test('what sql(…) stands for is in the text that was sent, and no value is anywhere', async () => {
    await inRequest('request', async () => {
      await sql`insert into postgres_orders ${sql({ id: 9, customer: 'secret' })}`
      await sql`update postgres_orders set ${sql({ customer: 'secret' }, 'customer')} where id in ${sql([9])}`
      await sql`delete from postgres_orders where id = ${9}`
    })
    expect(shapes(rig.recorder.spans)).toEqual([
      shape(
        'insert',
        expect.stringMatching(
          /^insert into postgres_orders \("id", ?"customer"\) ?values ?\(\$1, ?\$2\)$/,
        ) as never,
      ),
      shape(
        'update',
        expect.stringMatching(
          /^update postgres_orders set "customer" ?= ?\$1 where id in \( ?\$2\)$/,
        ) as never,
      ),
      shape('delete', 'delete from postgres_orders where id = $1'),
    ])
    expect(JSON.stringify(rig.recorder.spans)).not.toContain('secret')
  })

  test('a text that is an object, and a value without a prototype, are left to postgres.js', async () => {
    const timesRead = { count: 0 }
    const readText = (): string => `select ${++timesRead.count} as times from postgres_orders`
    const seen = await inRequest('request', async () => {
      const [row] = await sql.unsafe({ toString: readText } as unknown as string)
      const value = await sql`select id from postgres_orders where customer = ${Object.create(null)}`.catch(
        (error: unknown) => error,
      )
      return { row, isRefused: value instanceof Error }
    })
    expect(seen).toEqual({ row: { times: 1 }, isRefused: true })
    expect(shapes(rig.recorder.spans)).toMatchObject([
      { name: 'postgresql', status: 'unset' },
      { name: 'select postgres_orders', status: 'error' },
    ])
  })

  test('a transaction with a savepoint is its statements, in the request', async () => {
    await inRequest('request', () =>
      sql.begin(async (own) => {
        await own`insert into postgres_orders values (${3}, ${'cid'})`
        await own.savepoint((inner) => inner`select 1 / 0`).catch(() => {})
        await own`delete from postgres_orders where id = 3`
      }),
    )
    const [request] = rig.recorder.spans.filter(({ name }) => name === 'request')
    expect(
      rig.recorder.spans.map(({ name, status, parentSpanId }) => [name.split(' ')[0], status, parentSpanId]),
    ).toEqual([
      ['begin', 'unset', request!.spanId],
      ['insert', 'unset', request!.spanId],
      ['savepoint', 'unset', request!.spanId],
      ['select', 'error', request!.spanId],
      ['rollback', 'unset', request!.spanId],
      ['delete', 'unset', request!.spanId],
      ['commit', 'unset', request!.spanId],
      ['request', 'unset', undefined],
    ])
  })

  test('a query that the server rejects ends its span with ERROR and gives the same error object', async () => {
    let rejected: unknown
    const told = await inRequest('request', () => {
      const query = sql`select * from nowhere`
      const { reject } = query as unknown as { reject(error: unknown): void }
      Object.assign(query, {
        reject: (error: unknown) => {
          rejected = error
          reject(error)
        },
      })
      return query.catch((error) => error)
    })
    expect(told).toBe(rejected)
    expect(told).toMatchObject({ code: '42P01', query: 'select * from nowhere' })
    expect(shapes(rig.recorder.spans)).toEqual([
      {
        name: 'select nowhere',
        kind: 'client',
        status: 'error',
        attributes: {
          ...rig.server,
          'db.query.text': 'select * from nowhere',
          'db.query.summary': 'select nowhere',
          'db.operation.name': 'select',
          'db.collection.name': 'nowhere',
          'db.response.status_code': '42P01',
          'error.type': '42P01',
        },
        exceptions: ['relation "nowhere" does not exist'],
      },
    ])
  })

  test('a connection that is refused says where it was to go', async () => {
    const port = await freePort()
    const refused = rig.postgres({ host: '127.0.0.1', port, database: 'gone', user: 'clew', max: 1 })
    await inRequest('request', () =>
      expect(refused`select 1`).rejects.toMatchObject({ code: 'ECONNREFUSED' }),
    )
    await refused.end({ timeout: 0 })
    const one = { 'db.query.text': 'select ?', 'db.query.summary': 'select', 'db.operation.name': 'select' }
    expect(shapes(rig.recorder.spans)).toEqual([
      {
        name: 'select',
        kind: 'client',
        status: 'error',
        attributes: {
          ...rig.server,
          ...one,
          'error.type': 'ECONNREFUSED',
          'server.address': '127.0.0.1',
          'server.port': port,
        },
        exceptions: [expect.stringContaining('ECONNREFUSED')],
      },
    ])
  })

  test('a cancelled query ends its span; one that was cancelled before it began has none', async () => {
    await inRequest('request', async () => {
      const slow = sql`select pg_sleep(20)`.execute()
      const cancelled = slow.catch((error) => error.code)
      while (
        (await sql`select 1 from pg_stat_activity where state = 'active' and query = 'select pg_sleep(20)'`)
          .length === 0
      );
      slow.cancel()
      expect(await cancelled).toBe('57014')
      const never = sql`select 'never'`
      never.cancel()
      await expect(never).rejects.toMatchObject({ code: '57014' })
    })
    const failed = rig.recorder.spans.filter(({ status }) => status === 'error')
    expect(failed.map(({ attributes }) => [attributes['db.query.text'], attributes['error.type']])).toEqual([
      ['select pg_sleep(?)', '57014'],
    ])
    expect(rig.recorder.open()).toBe(0)
  })

  test('a cursor is one span until its last row, called, iterated or left', async () => {
    await inRequest('request', async () => {
      const query = () => sql`select id from postgres_orders order by id`
      const called: unknown[] = []
      await query().cursor(1, async ([row]) => void called.push(row?.id))
      const iterated: unknown[] = []
      for await (const [row] of query().cursor(1)) iterated.push(row?.id)
      for await (const _ of query().cursor(1)) break
      expect([called, iterated]).toEqual([
        [1, 2],
        [1, 2],
      ])
    })
    await rig.recorder.waitFor(
      (spans) => spans.filter(({ scope }) => scope === '@clew/postgres').length === 3,
    )
    expect(shapes(rig.recorder.spans)).toEqual(
      Array(3).fill(shape('select', 'select id from postgres_orders order by id')),
    )
    expect(rig.recorder.open()).toBe(0)
  })

  test('a COPY is one span until all is copied', async () => {
    const copied = await inRequest('request', async () => {
      const writable = await sql`copy postgres_orders from stdin`.writable()
      expect(rig.recorder.open()).toBe(2)
      await new Promise<void>((resolve, reject) => {
        writable.on('error', reject).on('finish', resolve)
        writable.end('7\tgil\n')
      })
      let text = ''
      for await (const chunk of await sql`copy (select * from postgres_orders where id = 7) to stdout`.readable())
        text += chunk
      return text
    })
    await sql`delete from postgres_orders where id = 7`
    expect(copied).toBe('7\tgil\n')
    expect(rig.recorder.spans.map((span) => [span.name, span.status])).toEqual(
      expect.arrayContaining([
        ['copy postgres_orders', 'unset'],
        ['request', 'unset'],
      ]),
    )
    expect(rig.recorder.open()).toBe(0)
  })

  if (!isOld)
    test('simple, described and prepared queries and files are spans', async () => {
      const described = await inRequest('request', async () => {
        await sql`select 1; select 2`.simple()
        return sql`select id from postgres_orders where id = ${1}`.describe()
      })
      expect(described.columns.map((column) => column.name)).toEqual(['id'])
      expect(rig.recorder.spans.map((span) => span.name)).toEqual([
        'BATCH select',
        'select postgres_orders',
        'request',
      ])
    })

  test('no parent, no span; tracing suppressed, no span', async () => {
    await sql`select 1`
    await runInContext(suppressedRoot, () => sql`select 1`)
    expect(shapes(rig.recorder.spans)).toEqual([])
  })
})
