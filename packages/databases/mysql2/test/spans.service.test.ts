import { createRequire } from 'node:module'
import type mysql from 'mysql2'
import type { Connection, Pool } from 'mysql2'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { isMariadbExpected, startMariadb } from '../../../../scripts/mariadb.ts'
import { freePort } from '../../../../scripts/services.ts'
import {
  activeTrace,
  type DatabaseRig,
  inRequest,
  shapesOf,
  startDatabaseRig,
} from '../../ioredis/test/database-rig.ts'
import { mysql2Instrumentation } from '../src/index.ts'

type Mysql = typeof mysql

const require = createRequire(import.meta.url)
/** The oldest, one without channels, and the newest. */
const versions = ['mysql2', 'mysql2-3-0', 'mysql2-2']

const fromCallback = <T>(start: (done: (error: unknown, result: T) => void) => void): Promise<T> =>
  new Promise((resolve, reject) => {
    start((error, result) => (error ? reject(error) : resolve(result)))
  })

describe.skipIf(!isMariadbExpected()).each(versions)('spans of %s', (alias) => {
  let rig: DatabaseRig<Mysql>
  let pool: Pool
  let connection: Connection

  beforeAll(async () => {
    rig = await startDatabaseRig<Mysql>(
      mysql2Instrumentation,
      () => require(require.resolve(alias)) as Mysql,
      startMariadb,
      ({ hostname, port, pathname }) => ({
        'db.system.name': 'mysql',
        'db.namespace': pathname.slice(1),
        'server.address': hostname,
        'server.port': Number(port),
      }),
    )
    pool = rig.library.createPool({ uri: rig.url, connectionLimit: 3 })
    connection = rig.library.createConnection(rig.url)
    for (const sql of [
      'DROP TABLE IF EXISTS orders',
      'CREATE TABLE orders (id int PRIMARY KEY, customer text)',
      "INSERT INTO orders VALUES (1, 'ann'), (2, 'bob')",
    ])
      await fromCallback((done) => connection.query(sql, done))
  })
  beforeEach(() => rig.recorder.clear())
  afterAll(async () => {
    await fromCallback((done) => connection.end(done as never))
    await fromCallback((done) => pool.end(done as never))
    await rig.stop()
  })

  const shapes = (): object[] => shapesOf('@clew/mysql2', rig.recorder.spans)
  const span = (text: string, more: object = {}, rest: object = {}): object => ({
    name: 'SELECT orders',
    kind: 'client',
    status: 'unset',
    attributes: {
      ...rig.server,
      'db.query.text': text,
      'db.query.summary': 'SELECT orders',
      'db.operation.name': 'SELECT',
      'db.collection.name': 'orders',
      ...more,
    },
    exceptions: [],
    ...rest,
  })

  test('every form of a query makes one span, with no value, and gives what mysql2 gives', async () => {
    const text = 'SELECT customer FROM orders WHERE id = ?'
    const promises = pool.promise()
    const answers = await inRequest('request', async () => [
      await fromCallback((done) => connection.query(text, [1], done)),
      await fromCallback((done) => connection.query({ sql: text, values: [1] }, done)),
      await fromCallback((done) => connection.query({ sql: text }, [1], done)),
      await fromCallback((done) => connection.execute(text, [1], done)),
      await fromCallback((done) => pool.query(text, [1], done)),
      await fromCallback((done) => pool.execute(text, [1], done)),
      (await promises.query(text, [1]))[0],
      (await promises.execute(text, [1]))[0],
      await fromCallback((done) => {
        connection.prepare(text, (error, statement) => {
          if (error) done(error, undefined)
          else statement.execute([1], done)
        })
      }),
      await fromCallback((done) =>
        connection.query("SELECT customer FROM orders WHERE customer = 'ann'", done),
      ),
    ])
    expect(JSON.parse(JSON.stringify(answers))).toEqual(answers.map(() => [{ customer: 'ann' }]))
    expect(shapes()).toEqual([
      ...Array.from({ length: 9 }, () => span(text)),
      span('SELECT customer FROM orders WHERE customer = ?'),
    ])
  })

  test("a query that the server rejects ends its span with ERROR and gives the application's own error", async () => {
    const text = 'SELECT nothing FROM orders'
    const caught = await inRequest('request', () =>
      fromCallback((done) => pool.query(text, done)).catch((error: { code: string }) => error.code),
    )
    expect(caught).toBe('ER_BAD_FIELD_ERROR')
    expect(shapes()).toEqual([
      span(
        text,
        { 'error.type': 'ER_BAD_FIELD_ERROR', 'db.response.status_code': '1054' },
        { status: 'error', exceptions: [expect.stringContaining('nothing')] },
      ),
    ])
  })

  test('a server that cannot be reached fails the span of the query', async () => {
    const port = await freePort()
    const lonely = rig.library.createConnection({ host: '127.0.0.1', port, user: 'nobody' })
    lonely.on('error', () => {})
    const code = await inRequest('request', () =>
      fromCallback((done) => lonely.query('SELECT 1', done)).catch((error: { code: string }) => error.code),
    )
    expect(code).toBe('ECONNREFUSED')
    expect(shapes()).toMatchObject([{ status: 'error', attributes: { 'error.type': 'ECONNREFUSED' } }])
  })

  test('events of a query are in the trace of their caller, and its stream ends the span', async () => {
    const seen = await inRequest('request', async (own) => {
      const traces: unknown[] = []
      await fromCallback((done) => {
        connection
          .query('SELECT customer FROM orders')
          .on('result', () => traces.push(activeTrace()))
          .on('end', () => done(undefined, undefined))
      })
      await fromCallback((done) => {
        connection
          .query('SELECT customer FROM orders')
          .stream()
          .on('data', () => traces.push(activeTrace()))
          .on('end', () => done(undefined, undefined))
      })
      return traces.map((found) => found === own.spanContext().traceId)
    })
    expect(seen).toEqual([true, true, true, true])
    expect(shapes()).toEqual([span('SELECT customer FROM orders'), span('SELECT customer FROM orders')])
  })

  test('without a span around it there is none, and what a pool tells is of no request', async () => {
    const traces: unknown[] = []
    pool.on('acquire', () => traces.push(activeTrace()))
    await fromCallback((done) => pool.query('SELECT 1', done))
    expect(shapes()).toEqual([])
    await inRequest('request', () => fromCallback((done) => pool.query('SELECT 1', done)))
    pool.removeAllListeners('acquire')
    expect(traces).toEqual([undefined, undefined])
  })
})
