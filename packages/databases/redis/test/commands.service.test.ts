import { runInContext, suppressedRoot } from '@clew/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { freePort } from '../../../../scripts/services.ts'
import { activeTrace, inRequest } from '../../ioredis/test/database-rig.ts'
import { startCluster } from '../../ioredis/test/redis-setup.ts'
import { type Client, connect, type Rig, shapes, startRig, versions } from './redis-setup.ts'

const db = 10

describe.each(versions)('commands of %s', (_, load) => {
  let rig: Rig
  let client: Client

  beforeAll(async () => {
    rig = await startRig(load, db)
    client = await connect(rig, db)
    await client.flushDb()
    await client.set('text', 'secret')
  })
  beforeEach(() => rig.recorder.clear())
  afterAll(async () => {
    await client.close()
    await rig.stop()
  })

  const shape = (name: string, more: object): object => ({
    name,
    kind: 'client',
    status: 'unset',
    attributes: { ...rig.server, 'db.operation.name': name, ...more },
    exceptions: [],
  })

  test('a command is a span with its keys and no value, whatever node-redis publishes', async () => {
    const answers = await inRequest('request', async () => [
      await client.get('text'),
      await client.set('other', 'secret', { expiration: { type: 'EX', value: 60 } }),
      await client.getSet('other', 'secret'),
      await client.configSet('maxmemory-samples', '5'),
      await client.sendCommand(['PSETEX', 'other', '1000', 'secret']),
      await client.blPop('nothing', 0.01),
    ])
    expect(answers).toEqual(['secret', 'OK', 'secret', 'OK', 'OK', null])
    expect(shapes(rig.recorder.spans)).toEqual([
      shape('GET', { 'db.query.text': 'GET text' }),
      shape('SET', { 'db.query.text': 'SET other ? ? ?' }),
      shape('GETSET', { 'db.query.text': 'GETSET other ?' }),
      shape('CONFIG', { 'db.query.text': 'CONFIG ? ? ?' }),
      shape('PSETEX', { 'db.query.text': 'PSETEX other ? ?' }),
      shape('BLPOP', { 'db.query.text': 'BLPOP nothing ?' }),
    ])
    expect(JSON.stringify(rig.recorder.spans)).not.toContain('secret')
  })

  test('a transaction and a pipeline are one span each', async () => {
    await inRequest('request', async () => {
      await client.multi().set('a', '1').get('a').exec()
      await client.multi().set('a', '1').get('a').execAsPipeline()
    })
    expect(shapes(rig.recorder.spans)).toEqual([
      shape('MULTI', { 'db.operation.batch.size': 2 }),
      shape('PIPELINE', { 'db.operation.batch.size': 2 }),
    ])
  })

  test('a command that the server rejects ends its span with ERROR, and the error is as without us', async () => {
    const told = await inRequest('request', () => client.lPush('text', 'x').catch((error: unknown) => error))
    expect(told).toMatchObject({ message: expect.stringMatching(/^WRONGTYPE/) })
    expect(shapes(rig.recorder.spans)).toEqual([
      {
        ...shape('LPUSH', {
          'db.query.text': 'LPUSH text ?',
          'error.type': 'WRONGTYPE',
          'db.response.status_code': 'WRONGTYPE',
        }),
        status: 'error',
        exceptions: [expect.stringMatching(/^WRONGTYPE/)],
      },
    ])
  })

  test('a command on a closed client ends its span with ERROR', async () => {
    const closed = rig.redis.createClient({ url: rig.url, socket: { port: await freePort() } } as never)
    await inRequest('request', () => expect(closed.get('a')).rejects.toThrow('closed'))
    expect(rig.recorder.spans.map(({ name, status }) => [name, status])).toEqual([
      ['GET', 'error'],
      ['request', 'unset'],
    ])
    expect(rig.recorder.open()).toBe(0)
  })

  test('no parent, no span; tracing suppressed, no span', async () => {
    await client.get('text')
    await runInContext(suppressedRoot, () => client.get('text'))
    expect(shapes(rig.recorder.spans)).toEqual([])
  })

  test('100 requests on one client, before it is connected, and on a pool of two: each in its own trace', async () => {
    const early = rig.redis.createClient({ url: rig.url, database: db }) as Client
    // A pool of 5.5 that shrinks after it was closed throws.
    const sizes = { minimum: 1, maximum: 2, cleanupDelay: 600_000 }
    const pool = rig.redis.createClientPool({ url: rig.url, database: db }, sizes)
    for (const one of [early, pool]) one.on('error', () => {})
    const opening = inRequest('opener', () => Promise.all([early.connect(), pool.connect()]))
    const told = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        inRequest(`request ${i}`, async (span) => {
          const traces: unknown[] = []
          const tell = (): void => void traces.push(activeTrace())
          await early.echo(`${i}`).then(tell)
          await pool.echo(`${i}`).then(tell)
          await pool.execute(async (one) => {
            tell()
            await one.echo(`${i}`)
            tell()
          })
          await early.multi().echo(`${i}`).exec()
          tell()
          return traces.every((trace) => trace === span.spanContext().traceId)
        }),
      ),
    )
    await opening
    await early.close()
    await pool.close()
    expect(told).toEqual(Array(100).fill(true))
    const requests = new Map(
      rig.recorder.spans
        .filter(({ scope }) => scope === 'requests')
        .map((span) => [span.traceId, span.spanId]),
    )
    const commands = rig.recorder.spans.filter(({ scope }) => scope === '@clew/redis')
    const strays = commands.filter(({ traceId, parentSpanId }) => requests.get(traceId) !== parentSpanId)
    expect([commands.length, strays, rig.recorder.open()]).toEqual([400, [], 0])
  })

  test('a message that is received and what a connection tells are in no context, whoever asked', async () => {
    const told: string[] = []
    const tell = (what: string): void => void told.push(`${what} ${activeTrace() ?? 'none'}`)
    const subscriber = rig.redis.createClient({ url: rig.url }) as Client
    subscriber.on('error', () => {}).on('ready', () => tell('ready'))
    await inRequest('maker', () => subscriber.connect())
    await new Promise<void>((resolve, reject) => {
      const asked = inRequest('subscriber', () =>
        subscriber.subscribe(`clew-${db}`, () => {
          tell('message')
          resolve()
        }),
      )
      asked.then(() => inRequest('publisher', () => client.publish(`clew-${db}`, 'x'))).catch(reject)
    })
    await subscriber.close()
    expect(told).toEqual(['ready none', 'message none'])
  })

  test('commands of a cluster are in the trace of their request', async () => {
    const { Redis } = await import('ioredis')
    const { port, stop } = await startCluster(Redis)
    const cluster = rig.redis.createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${port}` }] })
    cluster.on('error', () => {})
    await inRequest('opener', () => cluster.connect())
    rig.recorder.clear()
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        inRequest(`request ${i}`, () => cluster.set(`key-${i}`, 'secret')),
      ),
    )
    await cluster.close()
    await stop()
    const requests = new Map(
      rig.recorder.spans
        .filter(({ scope }) => scope === 'requests')
        .map((span) => [span.traceId, span.spanId]),
    )
    const commands = rig.recorder.spans.filter(({ scope }) => scope === '@clew/redis')
    expect(commands.map(({ name }) => name)).toEqual(Array(20).fill('SET'))
    expect(commands.filter((span) => requests.get(span.traceId) !== span.parentSpanId)).toEqual([])
  })
})
