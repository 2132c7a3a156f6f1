import type { Socket } from 'node:net'
import { getFields, setFields, withFields } from '@clew/core'
import type { PoolClient } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { activeTrace, inRequest } from '../../ioredis/test/database-rig.ts'
import { type Rig, require, startRig, versions } from './pg-setup.ts'

const requestCount = 200

describe.each(versions)('contexts of %s', (_, load) => {
  let rig: Rig
  beforeAll(async () => {
    rig = await startRig(load)
  })
  afterAll(() => rig.stop())

  test('200 interleaved requests on 3 connections: every callback and event is in its own trace', async () => {
    const pool = new rig.pg.Pool({ connectionString: rig.url, max: 3 })
    const shared = new rig.pg.Client({ connectionString: rig.url })
    await shared.connect()
    const seen = await Promise.all(
      Array.from({ length: requestCount }, (_, i) =>
        inRequest(`request ${i}`, async (span) => {
          const own = span.spanContext().traceId
          const traces = await Promise.all([
            ofPoolQuery(pool),
            ofPoolPromise(pool),
            ofPoolClient(rig, pool),
            ofClient(rig, shared),
            ofCursor(shared),
          ])
          return traces.flat().map((trace) => (trace === own ? 'own' : trace ? 'wrong' : 'none'))
        }),
      ),
    )
    await pool.end()
    await shared.end()
    expect(seen).toEqual(Array(requestCount).fill(Array(12).fill('own')))
    const requests = new Map(rig.recorder.spans.filter(isRequest).map((span) => [span.traceId, span.spanId]))
    const queries = rig.recorder.spans.filter((span) => !isRequest(span))
    const strays = queries.filter(({ traceId, parentSpanId }) => requests.get(traceId) !== parentSpanId)
    expect([requests.size, queries.length, strays.length, rig.recorder.open()]).toEqual([200, 1_600, 0, 0])
  })

  test('what a connection tells of itself is in no context, whoever opened it', async () => {
    const sender = new rig.pg.Client({ connectionString: rig.url })
    await sender.connect()
    const told: Record<string, unknown> = {}
    const { listener, pid } = await inRequest('maker', async () => {
      const client = new rig.pg.Client({ connectionString: rig.url })
      for (const event of ['connect', 'notification', 'notice', 'error', 'end', 'drain']) {
        client.on(event as 'end', () => {
          told[event] = activeTrace() ?? 'none'
        })
      }
      await client.connect()
      await client.query('LISTEN news')
      await client.query("DO $$BEGIN RAISE NOTICE 'hi'; END$$")
      const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
      return { listener: client, pid: rows[0].pid }
    })
    await inRequest('sender', () => Promise.all([notified(listener), sender.query("NOTIFY news, 'x'")]))
    await inRequest('killer', () =>
      Promise.all([ended(listener), sender.query('SELECT pg_terminate_backend($1)', [pid])]),
    )
    await sender.end()
    expect(told).toEqual({
      connect: 'none',
      notification: 'none',
      notice: 'none',
      drain: 'none',
      error: 'none',
      end: 'none',
    })
  })

  test('a connection that breaks or ends in a request says so in no context', async () => {
    const told: string[] = []
    for (const end of [breakSocket, (client: Client) => client.end()]) {
      const client = new rig.pg.Client({ connectionString: rig.url })
      client.on('error', () => told.push(`error ${activeTrace() ?? 'none'}`))
      await inRequest('opener', () => client.connect())
      const [trace] = await inRequest('closer', () => Promise.all([ended(client), end(client)]))
      told.push(`end ${trace ?? 'none'}`)
    }
    expect(told).toEqual(['error none', 'error none', 'end none', 'end none'])
  })

  test("a type parser never runs in the context of the connection's maker", async () => {
    const traces = new Set<unknown>()
    const parse = (text: string): string => {
      traces.add(activeTrace())
      return text
    }
    const client = new rig.pg.Client({
      connectionString: rig.url,
      types: { getTypeParser: () => parse },
    } as never)
    const maker = await inRequest('maker', async (span) => {
      await client.connect()
      return span.spanContext().traceId
    })
    await inRequest('other', () => client.query('SELECT 1 AS a'))
    await client.end()
    expect([traces.size, traces.has(maker)]).toEqual([1, false])
  })

  test("a pool's own events are in no context, and who waits for a connection is called back in his", async () => {
    const told: string[] = []
    const tell = (event: string): void => {
      told.push(`${event} ${activeTrace() ? 'foreign' : 'none'}`)
    }
    const pool = new rig.pg.Pool({
      ...optionsOf(rig.url),
      max: 1,
      password: () => {
        tell('password')
        return new URL(rig.url).password
      },
      onConnect: () => tell('onConnect'),
    } as never)
    for (const event of ['connect', 'acquire', 'remove']) {
      pool.on(event as 'connect', () => tell(event))
    }
    const release = await inRequest('first', () => taken(pool))
    const waiting = inRequest('second', async (span) => {
      const [trace, done] = await new Promise<[string | undefined, () => void]>((resolve) => {
        pool.connect((_error, _client, give) => resolve([activeTrace(), give]))
      })
      done()
      return trace === span.spanContext().traceId
    })
    // The first one gives its connection up, so that the pool opens another in this context for the second.
    await inRequest('third', () => release(new Error('broken')))
    expect(await waiting).toBe(true)
    expect(told).toEqual([
      'password none',
      'onConnect none',
      'connect none',
      'acquire none',
      'remove none',
      'password none',
      'onConnect none',
      'connect none',
      'acquire none',
    ])
    await pool.end()
  })

  test('request fields that are set in a callback are those of the request', async () => {
    const pool = new rig.pg.Pool({ connectionString: rig.url, max: 1 })
    const fields = await withFields({ tenant: 'acme' }, async () => {
      await new Promise<void>((resolve) => {
        pool.query('SELECT 1', () => {
          setFields({ user_id: 7 })
          resolve()
        })
      })
      return getFields()
    })
    await pool.end()
    expect(fields).toEqual({ tenant: 'acme', user_id: 7 })
  })
})

type Trace = string | undefined
type Pool = InstanceType<Rig['pg']['Pool']>
type Client = InstanceType<Rig['pg']['Client']>

function isRequest({ scope }: { scope: string }): boolean {
  return scope === 'requests'
}

function ofPoolQuery(pool: Pool): Promise<Trace[]> {
  return new Promise((resolve) => {
    pool.query('SELECT pg_sleep(random() / 300)', () => {
      const first = activeTrace()
      pool.query('SELECT $1::int', [1], () => resolve([first, activeTrace()]))
    })
  })
}

async function ofPoolPromise(pool: Pool): Promise<Trace[]> {
  await pool.query('SELECT pg_sleep(random() / 300)')
  return [activeTrace()]
}

function ofPoolClient({ pg }: Rig, pool: Pool): Promise<Trace[]> {
  return new Promise((resolve) => {
    pool.connect((_error, client, done) => {
      const traces = [activeTrace()]
      const query = (client as PoolClient).query(new pg.Query('SELECT generate_series(1, 2)'))
      query.on('row', () => traces.push(activeTrace()))
      query.on('end', () => {
        traces.push(activeTrace())
        done()
        resolve(traces)
      })
    })
  })
}

function ofClient({ pg }: Rig, client: Client): Promise<Trace[]> {
  return new Promise((resolve) => {
    const traces: Trace[] = []
    client.query('SELECT 1', () => traces.push(activeTrace()))
    client.query(new pg.Query('SELECT 1', () => traces.push(activeTrace())))
    client.query(new pg.Query('SELECT * FROM nowhere')).on('error', () => {
      traces.push(activeTrace())
      resolve(traces)
    })
  })
}

type CursorLike = { read(rows: number, done: () => void): void; close(done: () => void): void }

function ofCursor(client: Client): Promise<Trace[]> {
  const Cursor = require('pg-cursor') as new (text: string) => CursorLike
  const cursor = client.query(new Cursor('SELECT 1') as never) as unknown as CursorLike
  return new Promise((resolve) => {
    cursor.read(9, () => {
      const first = activeTrace()
      cursor.read(9, () => resolve([first, activeTrace()]))
    })
  })
}

function optionsOf(url: string): object {
  const { hostname, port, username, pathname } = new URL(url)
  return { host: hostname, port: Number(port), user: username, database: pathname.slice(1) }
}

function notified(client: Client): Promise<void> {
  return new Promise((resolve) => {
    client.once('notification', () => resolve())
  })
}

function ended(client: Client): Promise<string | undefined> {
  return new Promise((resolve) => {
    client.once('end', () => resolve(activeTrace()))
  })
}

function breakSocket(client: Client): void {
  const { connection } = client as unknown as { connection: { stream: Socket } }
  connection.stream.destroy(new Error('broken'))
}

function taken(pool: Pool): Promise<(error?: Error) => void> {
  return pool.connect().then((client) => (error) => client.release(error))
}
