import { activeContext, runInContext, suppressedRoot, suppressTracing } from '@clew/core'
import { SamplingDecision } from '@opentelemetry/api'
import type { Client, Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { freePort } from '../../../../scripts/services.ts'
import { activeTrace, inRequest } from '../../ioredis/test/database-rig.ts'
import { type Rig, require, shapes, startRig, versions } from './pg-setup.ts'

const never = { shouldSample: () => ({ decision: SamplingDecision.NOT_RECORD }) }
const wait = 'db.client.connection.wait_time'

describe.each(versions)('spans of %s', (_, load) => {
  let rig: Rig
  let pool: Pool
  let client: Client

  beforeAll(async () => {
    rig = await startRig(load)
    pool = new rig.pg.Pool({ connectionString: rig.url, max: 3 })
    client = new rig.pg.Client({ connectionString: rig.url })
    await client.connect()
    await client.query('DROP TABLE IF EXISTS pg_orders')
    await client.query('CREATE TABLE pg_orders (id int PRIMARY KEY, customer text)')
    await client.query("INSERT INTO pg_orders VALUES (1, 'ann'), (2, 'bob')")
  })
  beforeEach(() => rig.recorder.clear())
  afterAll(async () => {
    await client.end()
    await pool.end()
    await rig.stop()
  })

  const selectOrders = (text: string): object => ({
    name: 'SELECT pg_orders',
    kind: 'client',
    status: 'unset',
    attributes: {
      ...rig.server,
      'db.query.text': text,
      'db.query.summary': 'SELECT pg_orders',
      'db.operation.name': 'SELECT',
      'db.collection.name': 'pg_orders',
    },
    exceptions: [],
  })

  test('every form of client.query makes one span and gives what pg gives', async () => {
    const text = 'SELECT customer FROM pg_orders WHERE id = $1'
    const rows = await inRequest('request', async () => {
      const answers = [
        await client.query(text, [1]),
        await client.query({ text, values: [1] }),
        await client.query({ name: 'by-id', text, values: [1] }),
        await client.query({ text }, [1]),
        await fromCallback((done) => client.query(text, [1], done)),
        await fromCallback((done) => client.query({ text, values: [1] }, done)),
        await fromCallback((done) => client.query({ text } as never, [1], done)),
        await fromCallback((done) => client.query({ text, values: [1], callback: done } as never)),
      ]
      return answers.map((answer) => answer.rows)
    })
    expect(rows).toEqual(Array(8).fill([{ customer: 'ann' }]))
    expect(shapes(rig.recorder.spans)).toEqual(Array(8).fill(selectOrders(text)))
  })

  test('a text without values has its literals replaced', async () => {
    await inRequest('request', () =>
      client.query("SELECT * FROM pg_orders WHERE customer = 'ann' AND id < 12"),
    )
    expect(shapes(rig.recorder.spans)).toEqual([
      selectOrders('SELECT * FROM pg_orders WHERE customer = ? AND id < ?'),
    ])
  })

  test('pool.query is one span, child of the request, with its wait for a connection', async () => {
    const text = 'SELECT id FROM pg_orders WHERE id = $1'
    await inRequest('request', async () => {
      await pool.query(text, [1])
      await fromCallback((done) => pool.query(text, [1], done))
      await fromCallback((done) => pool.query({ text, values: [1] }, done))
    })
    const request = rig.recorder.spans.find(({ name }) => name === 'request')!
    const queries = rig.recorder.spans.filter(({ scope }) => scope === '@clew/pg')
    expect(queries.map(({ traceId, parentSpanId }) => ({ traceId, parentSpanId }))).toEqual(
      Array(3).fill({ traceId: request.traceId, parentSpanId: request.spanId }),
    )
    const expected = selectOrders(text) as { attributes: object }
    const attributes = { ...expected.attributes, [wait]: expect.any(Number) }
    expect(shapes(queries)).toEqual(Array(3).fill({ ...expected, attributes }))
  })

  test('a transaction is its statements, in the request', async () => {
    await inRequest('request', async () => {
      const own = await pool.connect()
      await own.query('BEGIN')
      await own.query('INSERT INTO pg_orders VALUES ($1, $2)', [3, 'cid'])
      await own.query('ROLLBACK')
      own.release()
    })
    const [request] = rig.recorder.spans.filter(({ name }) => name === 'request')
    expect(rig.recorder.spans.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
      ['BEGIN', request!.spanId],
      ['INSERT pg_orders', request!.spanId],
      ['ROLLBACK', request!.spanId],
      ['request', undefined],
    ])
  })

  test('a query that the server rejects ends its span with ERROR and its SQLSTATE', async () => {
    await inRequest('request', async () => {
      await expect(client.query('SELEC 1')).rejects.toMatchObject({ code: '42601' })
      await expect(pool.query('SELECT * FROM nowhere')).rejects.toMatchObject({ code: '42P01' })
    })
    expect(shapes(rig.recorder.spans)).toEqual([
      {
        name: 'postgresql',
        kind: 'client',
        status: 'error',
        attributes: {
          ...rig.server,
          'db.query.text': 'SELEC ?',
          'db.response.status_code': '42601',
          'error.type': '42601',
        },
        exceptions: ['syntax error at or near "SELEC"'],
      },
      {
        name: 'SELECT nowhere',
        kind: 'client',
        status: 'error',
        attributes: {
          ...rig.server,
          'db.query.text': 'SELECT * FROM nowhere',
          'db.query.summary': 'SELECT nowhere',
          'db.operation.name': 'SELECT',
          'db.collection.name': 'nowhere',
          'db.response.status_code': '42P01',
          'error.type': '42P01',
          [wait]: expect.any(Number),
        },
        exceptions: ['relation "nowhere" does not exist'],
      },
    ])
  })

  test('a refused connection and a pool without a free one end the span of pool.query with ERROR', async () => {
    const port = await freePort()
    const refused = new rig.pg.Pool({
      host: '127.0.0.1',
      port,
      database: 'gone',
      user: 'clew',
      password: 'x',
    })
    const small = new rig.pg.Pool({ connectionString: rig.url, max: 1 })
    const taken = await small.connect()
    // Only now: a slow machine may take as long to connect.
    small.options.connectionTimeoutMillis = 60
    await inRequest('request', async () => {
      await expect(refused.query('SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
      await expect(fromCallback((done) => small.query('SELECT 1', done))).rejects.toThrow('timeout exceeded')
    })
    taken.release()
    await small.end()
    const one = { 'db.query.text': 'SELECT ?', 'db.query.summary': 'SELECT', 'db.operation.name': 'SELECT' }
    expect(shapes(rig.recorder.spans)).toEqual([
      {
        name: 'SELECT',
        kind: 'client',
        status: 'error',
        attributes: {
          'db.system.name': 'postgresql',
          'db.namespace': 'gone',
          'server.address': '127.0.0.1',
          'server.port': port,
          ...one,
          'error.type': 'ECONNREFUSED',
        },
        exceptions: [expect.stringContaining('ECONNREFUSED')],
      },
      {
        name: 'SELECT',
        kind: 'client',
        status: 'error',
        attributes: { ...rig.server, ...one, 'error.type': 'Error' },
        exceptions: ['timeout exceeded when trying to connect'],
      },
    ])
  })

  test('a cancelled query and a lost connection end their spans, and the callback has its context', async () => {
    const victim = new rig.pg.Pool({ connectionString: rig.url, max: 1 })
    victim.on('error', () => {})
    const seen = await inRequest('request', async (span) => {
      const cancelled = victim.query('SELECT pg_sleep(20)').catch((error) => error.code)
      await client.query('SELECT pg_cancel_backend($1)', [await pidOf(client, 'SELECT pg_sleep(20)')])
      const lost = new Promise<unknown>((resolve) => {
        victim.query('SELECT pg_sleep(21)', () => resolve(activeTrace()))
      })
      await client.query('SELECT pg_terminate_backend($1)', [await pidOf(client, 'SELECT pg_sleep(21)')])
      return { code: await cancelled, trace: await lost, expected: span.spanContext().traceId }
    })
    await victim.end()
    expect([seen.code, seen.trace]).toEqual(['57014', seen.expected])
    const failed = rig.recorder.spans.filter(({ status }) => status === 'error')
    expect(failed.map(({ name, attributes }) => [name, attributes['error.type']])).toEqual([
      ['SELECT', '57014'],
      ['SELECT', '57P01'],
    ])
    expect(rig.recorder.open()).toBe(0)
  })

  test('a submitted Query, a cursor and a stream are one span each, ended with the last row', async () => {
    const Cursor = require('pg-cursor') as new (text: string) => CursorLike
    const QueryStream = require('pg-query-stream') as new (text: string) => AsyncIterable<unknown> & object
    const text = 'SELECT id FROM pg_orders ORDER BY id'
    const rows = await inRequest('request', async () => {
      const cursor = client.query(new Cursor(text) as never) as unknown as CursorLike
      const ofCursor = [await cursor.read(1), await cursor.read(5), await cursor.read(5)].flat()
      const ofStream: unknown[] = []
      for await (const row of client.query(
        new QueryStream(text) as never,
      ) as unknown as AsyncIterable<unknown>)
        ofStream.push(row)
      const ofQuery: unknown[] = []
      const query = client.query(new rig.pg.Query(text))
      query.on('row', (row) => ofQuery.push(row))
      await new Promise((resolve) => query.on('end', resolve))
      return { ofCursor, ofStream, ofQuery }
    })
    const both = [{ id: 1 }, { id: 2 }]
    expect(rows).toEqual({ ofCursor: both, ofStream: both, ofQuery: both })
    await rig.recorder.waitFor((spans) => spans.length === 4)
    expect(shapes(rig.recorder.spans)).toEqual(Array(3).fill(selectOrders(text)))
  })

  test('a submitted Query that fails ends its span with ERROR before its error listener runs', async () => {
    const [endedBefore, error] = await inRequest('request', () => {
      const query = client.query(new rig.pg.Query('SELECT * FROM nowhere'))
      return new Promise<[number, Error & { code?: string }]>((resolve) => {
        query.on('error', (failure) => resolve([rig.recorder.spans.length, failure]))
      })
    })
    expect([endedBefore, error.code, rig.recorder.spans[0]?.status]).toEqual([1, '42P01', 'error'])
  })

  test('no parent, no span; tracing suppressed, no span; and the callback keeps its context', async () => {
    await client.query('SELECT 1')
    await pool.query('SELECT 1')
    await runInContext(suppressedRoot, () => pool.query('SELECT 1'))
    const [trace, expected] = await inRequest('request', (span) =>
      runInContext(suppressTracing(activeContext()), async () => {
        const inCallback = await new Promise((resolve) => {
          pool.query('SELECT 1', () => resolve(activeTrace()))
        })
        return [inCallback, span.spanContext().traceId]
      }),
    )
    expect(trace).toBe(expected)
    expect(shapes(rig.recorder.spans)).toEqual([])
  })
})

describe('a trace that is not sampled', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await startRig(versions[0]![1], { sampler: never })
  })
  afterAll(() => rig.stop())

  test('has no spans and still its id in every callback', async () => {
    const pool = new rig.pg.Pool({ connectionString: rig.url, max: 1 })
    const [inCallback, expected] = await inRequest('request', async (span) => [
      await new Promise((resolve) => {
        pool.query('SELECT 1', () => resolve(activeTrace()))
      }),
      span.spanContext().traceId,
    ])
    await pool.end()
    expect(inCallback).toBe(expected)
    expect(rig.recorder.spans).toEqual([])
  })
})

type CursorLike = { read(rows: number): Promise<unknown[]> }

type Done = (error: Error, result: { rows: unknown[] }) => void

function fromCallback(start: (done: Done) => void): Promise<{ rows: unknown[] }> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error ? reject(error) : resolve(result)))
  })
}

/** The backend that works on this text, as soon as there is one. */
async function pidOf(observer: Client, query: string): Promise<unknown> {
  for (;;) {
    const { rows } = await observer.query(
      "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query = $1",
      [query],
    )
    if (rows.length > 0) return rows[0].pid
  }
}
