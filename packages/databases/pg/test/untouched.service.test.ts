import { startInstrumentation } from '@clew/core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { inRequest } from '../../ioredis/test/database-rig.ts'
import { pgInstrumentation } from '../src/index.ts'
import { type Pg, type Rig, startRig, versions } from './pg-setup.ts'

describe.each(versions)('an application of %s', (_, load) => {
  let rig: Rig
  let undo = (): void => {}
  beforeAll(async () => {
    rig = await startRig(load)
    rig.stopInstrumentation()
  })
  afterEach(() => undo())
  afterAll(() => rig.stop())

  /** What the work gives without and with the instrumentation, inside of a request. */
  async function bothWays<T>(work: () => Promise<T>): Promise<[without: T, attached: T]> {
    const without = await inRequest('without', work)
    undo = startInstrumentation(pgInstrumentation)
    return [without, await inRequest('with', work)]
  }

  test('gets the same results, errors, `this`, arguments and return values', async () => {
    const [without, attached] = await bothWays(() => behaviour(rig))
    expect(attached).toEqual(without)
    expect(rig.recorder.spans.filter(({ scope }) => scope === '@clew/pg').length).toBeGreaterThan(10)
  })

  test('keeps its config objects, frozen ones too', async () => {
    const [without, attached] = await bothWays(() => configs(rig))
    expect(attached).toEqual(without)
  })

  test('finds no new fields on its clients, pools and queries', async () => {
    const [without, attached] = await bothWays(() => fields(rig))
    expect(attached).toEqual(without)
  })

  test('still has its unhandled rejections', async () => {
    const [without, attached] = await bothWays(() => unhandled(rig))
    expect(attached).toEqual(without)
    expect(without).toBe('42601')
  })

  test('gets the very error object that the driver made, once per query', async () => {
    undo = startInstrumentation(pgInstrumentation)
    const client = await connected(rig)
    const made: unknown[] = []
    const answers = await inRequest('request', async () => {
      const query = new rig.pg.Query('SELECT * FROM nowhere')
      const { handleError } = query as unknown as { handleError(error: unknown): void }
      Object.assign(query, {
        handleError(error: unknown, ...rest: []) {
          made.push(error)
          handleError.call(query, error, ...rest)
        },
      })
      const thrown = new Promise((resolve) => query.on('error', resolve))
      client.query(query)
      return [await thrown]
    })
    await client.end()
    expect(answers[0]).toBe(made[0])
    expect(made.length).toBe(1)
  })

  test('has the prototypes of the library back after stop', async () => {
    const before = methods(rig.pg)
    const stop = startInstrumentation(pgInstrumentation)
    const changed = methods(rig.pg).filter((method, i) => method !== before[i])
    const client = await connected(rig)
    await inRequest('request', () => client.query(new rig.pg.Query('SELECT 1')))
    await client.query('SELECT 1')
    await client.end()
    stop()
    stop()
    expect(methods(rig.pg)).toEqual(before)
    expect(changed.length).toBe(7)
  })
})

const handlers = ['handleRowDescription', 'handleDataRow', 'handleReadyForQuery', 'handleError'] as const

function methods(pg: Pg): unknown[] {
  const pool = Object.getPrototypeOf(pg.Pool.prototype)
  return [
    ...['query', 'connect', 'emit'].map((name) => pg.Client.prototype[name as 'query']),
    ...['query', 'connect', 'newClient', 'emit'].map((name) => pool[name]),
    ...handlers.map((name) => (pg.Query.prototype as never)[name]),
  ]
}

async function connected({ pg, url }: Rig): Promise<InstanceType<Pg['Client']>> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

type Outcome = Record<string, unknown>

/** The outcome of a call with a callback: what it returns, and what the callback is given. */
function called(start: (callback: (...args: unknown[]) => void) => unknown): Promise<Outcome> {
  return new Promise((resolve) => {
    let returned: unknown
    const callback = function (this: object | undefined, ...args: unknown[]): void {
      queueMicrotask(() =>
        resolve({ returned, this: this?.constructor.name, count: args.length, args: args.map(plain) }),
      )
    }
    returned = start(callback)
  })
}

function plain(value: unknown): unknown {
  if (value instanceof Error) {
    return { ...value, class: value.constructor.name, message: value.message }
  }
  const { rows, rowCount, command } = (value ?? {}) as Outcome
  return rows ? { rows, rowCount, command } : typeof value
}

function settled(promise: unknown): Promise<Outcome> {
  const { name } = (promise as object).constructor
  return (promise as Promise<unknown>).then(
    (value) => ({ class: name, value: plain(value) }),
    (error) => ({ class: name, error: plain(error) }),
  )
}

function thrown(work: () => unknown): unknown {
  try {
    return ['returned', typeof work()]
  } catch (error) {
    return plain(error)
  }
}

async function behaviour(rig: Rig): Promise<unknown[]> {
  const client = await connected(rig)
  const pool = new rig.pg.Pool({ connectionString: rig.url, max: 1 })
  const bad = new rig.pg.Pool({ connectionString: 'postgres://u:p@127.0.0.1:1/x' })
  const query = new rig.pg.Query('SELECT 3 AS c')
  const outcomes = [
    await settled(client.query('SELECT 1 AS a')),
    await settled(client.query('SELECT $1::int AS a', [1])),
    await settled(client.query({ text: 'SELECT 1 AS a', rowMode: 'array' })),
    await settled(client.query('SELECT 1 AS a; SELECT 2 AS b')),
    await settled(client.query('SELEC 1')),
    await settled(client.query('SELECT $1::int', ['x'])),
    thrown(() => client.query(undefined as never)),
    thrown(() => client.query(null as never, (() => {}) as never)),
    await called((done) => client.query('SELECT 1 AS a', done)),
    await called((done) => client.query('SELECT $1::int AS a', [1], done)),
    await called((done) => client.query('SELEC 1', done)),
    await called((done) => client.query({ text: 'SELECT 1 AS a', callback: done } as never)),
    client.query(query) === query,
    await settled(pool.query('SELECT 1 AS a')),
    await settled(pool.query('SELEC 1')),
    await called((done) => pool.query('SELECT 1 AS a', done)),
    await called((done) => pool.query('SELECT $1::int AS a', [1], done)),
    await called((done) => pool.query('SELEC 1', done)),
    await called((done) => pool.query(done as never)),
    await called((done) => bad.query('SELECT 1', done)),
    await settled(bad.query('SELECT 1')),
    [rig.pg.Client.prototype.query.length, rig.pg.Client.prototype.query.name],
    [rig.pg.Pool.prototype.query.length, rig.pg.Pool.prototype.connect.name],
    Object.keys(rig.pg.Client.prototype),
  ]
  await client.end()
  await pool.end()
  outcomes.push(await settled(pool.query('SELECT 1')), await called((done) => pool.connect(done as never)))
  return outcomes
}

async function configs(rig: Rig): Promise<unknown[]> {
  const client = await connected(rig)
  const seen: unknown[] = []
  await new Promise<void>((resolve) => {
    const callback = (): void => resolve()
    const config: Outcome = { text: 'SELECT 1' }
    client.query(config as never, callback as never)
    seen.push(Object.keys(config), config.callback === callback || config.callback === undefined)
  })
  await new Promise<void>((resolve) => {
    const callback = (): void => resolve()
    const config = Object.freeze({ text: 'SELECT $1::int', values: [1], callback })
    seen.push(
      thrown(() => client.query(config as never)),
      config.callback === callback,
    )
  })
  class Report {
    text = 'SELECT 4 AS four'
  }
  seen.push(await settled(client.query(Object.freeze(new Report()) as never)))
  await client.end()
  return seen
}

async function fields(rig: Rig): Promise<unknown[]> {
  const client = await connected(rig)
  const pool = new rig.pg.Pool({ connectionString: rig.url })
  const query = new rig.pg.Query('SELECT 1')
  client.query(query)
  await pool.query('SELECT 1')
  await client.query('SELECT 1')
  const names = [client, pool, query].map((object) => Reflect.ownKeys(object).map(String).sort())
  await client.end()
  await pool.end()
  return names
}

async function unhandled(rig: Rig): Promise<unknown> {
  const client = await connected(rig)
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  const code = await new Promise((resolve) => {
    process.once('unhandledRejection', (error) => resolve((error as { code?: string }).code))
    void client.query('SELEC 1')
  })
  for (const listener of others) process.on('unhandledRejection', listener)
  await client.end()
  return code
}
