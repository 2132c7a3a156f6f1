import type { Socket } from 'node:net'
import { activeContext, runInContext, suppressedRoot, suppressTracing } from '@clew/core'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../../../scripts/services.ts'
import { activeTrace, inRequest } from './database-rig.ts'
import { db, type Redis, type Rig, shapes, startCluster, startRig, versions } from './redis-setup.ts'

describe.each(versions)('spans of %s', (_, load) => {
  let rig: Rig
  let redis: Redis
  beforeAll(async () => {
    rig = await startRig(load)
    redis = new rig.ioredis.Redis(rig.url, { db: db })
    await redis.flushdb()
    await redis.set('text', 'secret')
  })
  beforeEach(() => rig.recorder.clear())
  afterAll(async () => {
    await redis.quit()
    await rig.stop()
  })

  const shape = (name: string, text: string, more: object = {}): object => ({
    name,
    kind: 'client',
    status: 'unset',
    attributes: { ...rig.server, 'db.operation.name': name, 'db.query.text': text, ...more },
    exceptions: [],
  })

  test('every form of a command is one span with keys and no values', async () => {
    const answers = await inRequest('request', async () => [
      await redis.set('key', 'secret', 'PX', 100_000),
      await new Promise((resolve) => {
        redis.get('key', (_error, value) => resolve(value))
      }),
      await redis.call('getset', 'key', 'hidden'),
      await redis.hset('hash', { field: 'secret' }),
      await redis.getBuffer('key').then(String),
      await redis.mget(['key', 'text']),
      await redis.eval('return ARGV[1]', 1, 'key', 'secret'),
      await redis.config('SET', 'maxmemory', '0'),
    ])
    expect(answers).toEqual(['OK', 'secret', 'secret', 1, 'hidden', ['hidden', 'secret'], 'secret', 'OK'])
    expect(shapes(rig.recorder.spans)).toEqual([
      shape('SET', 'SET key ? ? ?'),
      shape('GET', 'GET key'),
      shape('GETSET', 'GETSET key ?'),
      shape('HSET', 'HSET hash ? ?'),
      shape('GET', 'GET key'),
      shape('MGET', 'MGET key text'),
      shape('EVAL', 'EVAL ? ? key ?'),
      shape('CONFIG', 'CONFIG ? ? ?'),
    ])
  })

  test('a pipeline and a transaction are one span each', async () => {
    const answers = await inRequest('request', async () => [
      await redis.pipeline().set('a', 'secret').get('a').exec(),
      await redis
        .pipeline([
          ['get', 'a'],
          ['get', 'b'],
        ])
        .exec(),
      await redis.multi().set('a', 1).incr('a').exec(),
      await redis.multi([['incr', 'a']]).exec(),
      await redis.pipeline().exec(),
    ])
    expect(answers).toEqual([
      [
        [null, 'OK'],
        [null, 'secret'],
      ],
      [
        [null, 'secret'],
        [null, null],
      ],
      [
        [null, 'OK'],
        [null, 2],
      ],
      [[null, 3]],
      [],
    ])
    const size = 'db.operation.batch.size'
    expect(shapes(rig.recorder.spans)).toEqual([
      shape('PIPELINE', 'SET a ?; GET a', { [size]: 2 }),
      shape('PIPELINE GET', 'GET a; GET b', { [size]: 2 }),
      shape('MULTI', 'SET a ?; INCR a', { [size]: 2 }),
      shape('MULTI INCR', 'INCR a', { [size]: 1 }),
    ])
  })

  test('an error of the server is the same object for the application, and ends the span with its code', async () => {
    const message = 'WRONGTYPE Operation against a key holding the wrong kind of value'
    const error = await inRequest('request', () => redis.lpush('text', 'x').catch((thrown) => thrown))
    expect([error.name, error.message, Object.keys(error)]).toEqual([
      'ReplyError',
      message,
      expect.arrayContaining(['command']),
    ])
    expect(shapes(rig.recorder.spans)).toEqual([
      {
        ...shape('LPUSH', 'LPUSH text ?', {
          'error.type': 'WRONGTYPE',
          'db.response.status_code': 'WRONGTYPE',
        }),
        status: 'error',
        exceptions: [message],
      },
    ])
  })

  test('a batch with a failed command has status ERROR, and its results are as ever', async () => {
    const [piped, multi, aborted] = await inRequest('request', async () => [
      await redis.pipeline().get('text').lpush('text', 'x').exec(),
      await redis.multi().lpush('text', 'x').exec(),
      await redis
        .multi()
        .call('nonsense')
        .exec()
        .catch((error) => error),
    ])
    expect([piped?.[1]?.[0]?.message, multi?.[0]?.[0]?.message, aborted.message]).toEqual([
      expect.stringMatching(/^WRONGTYPE/),
      expect.stringMatching(/^WRONGTYPE/),
      expect.stringMatching(/^EXECABORT/),
    ])
    expect(
      rig.recorder.spans.map(({ name, status, attributes }) => [name, status, attributes['error.type']]),
    ).toEqual([
      ['PIPELINE', 'error', 'WRONGTYPE'],
      ['MULTI LPUSH', 'error', 'WRONGTYPE'],
      ['MULTI NONSENSE', 'error', 'ERR'],
      ['request', 'unset', undefined],
    ])
  })

  test('commands that wait for the connection are spans of their callers, whoever connects', async () => {
    const lazy = await inRequest('maker', () => new rig.ioredis.Redis(rig.url, { lazyConnect: true, db: 2 }))
    rig.recorder.clear()
    await Promise.all([
      inRequest('first', () => lazy.get('a')),
      inRequest('second', () => lazy.pipeline().get('b').exec()),
      inRequest('third', () => lazy.multi().get('c').exec()),
    ])
    await lazy.quit()
    const names = new Map(rig.recorder.spans.map(({ spanId, name }) => [spanId, name]))
    const commands = rig.recorder.spans.filter(({ scope }) => scope === '@clew/ioredis')
    expect(
      commands.map(({ attributes, parentSpanId }) => [
        attributes['db.query.text'],
        attributes['db.namespace'],
        names.get(parentSpanId!),
      ]),
    ).toEqual([
      ['GET a', '2', 'first'],
      ['GET b', '2', 'second'],
      ['GET c', '2', 'third'],
    ])
  })

  test('a server that is not there ends the spans of waiting commands with ERROR', async () => {
    const port = await freePort()
    const gone = new rig.ioredis.Redis({
      port,
      host: '127.0.0.1',
      db: db,
      maxRetriesPerRequest: 0,
      lazyConnect: true,
    })
    gone.on('error', () => {})
    const error = await inRequest('request', () => gone.get('a').catch((thrown) => thrown))
    gone.disconnect()
    expect(shapes(rig.recorder.spans)).toEqual([
      {
        name: 'GET',
        kind: 'client',
        status: 'error',
        attributes: {
          ...rig.server,
          'server.address': '127.0.0.1',
          'server.port': port,
          'db.operation.name': 'GET',
          'db.query.text': 'GET a',
          'error.type': 'MaxRetriesPerRequestError',
        },
        exceptions: [error.message],
      },
    ])
  })

  test('no parent, no span; tracing suppressed, no span; the handshake of a connection, no span', async () => {
    await redis.get('a')
    await redis.blpop('nothing', 0.01)
    await redis.pipeline().get('a').exec()
    await runInContext(suppressedRoot, () => redis.get('a'))
    await inRequest('request', async () => {
      await runInContext(suppressTracing(activeContext()), () => redis.multi().get('a').exec())
      const other = new rig.ioredis.Redis(rig.url, { db: 3, connectionName: 'other' })
      await new Promise((resolve) => other.once('ready', resolve))
      other.disconnect()
    })
    expect(shapes(rig.recorder.spans)).toEqual([])
  })

  test('200 interleaved requests: every callback and span is in its own trace, auto-pipelined ones too', async () => {
    const automatic = new rig.ioredis.Redis(rig.url, { db: db, enableAutoPipelining: true })
    const seen = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        inRequest('request', async (span) => {
          const traces = [
            await new Promise((resolve) => {
              redis.get('a', () => resolve(activeTrace()))
            }),
            await new Promise((resolve) => {
              automatic.get(`key:${i}`, () => resolve(activeTrace()))
            }),
            await redis.pipeline().get('a').exec().then(activeTrace),
            await new Promise((resolve) => {
              redis
                .multi()
                .incr('n')
                .exec(() => resolve(activeTrace()))
            }),
          ]
          return traces.filter((trace) => trace !== span.spanContext().traceId)
        }),
      ),
    )
    await automatic.quit()
    expect(seen.flat()).toEqual([])
    const requests = new Map(
      rig.recorder.spans.filter(({ name }) => name === 'request').map((span) => [span.spanId, span.traceId]),
    )
    const commands = rig.recorder.spans.filter(({ scope }) => scope === '@clew/ioredis')
    const strays = commands.filter(({ parentSpanId, traceId }) => requests.get(parentSpanId!) !== traceId)
    const ofRequest = new Map<unknown, number>()
    for (const { traceId } of commands) ofRequest.set(traceId, (ofRequest.get(traceId) ?? 0) + 1)
    expect([strays.length, new Set(ofRequest.values()), ofRequest.size, rig.recorder.open()]).toEqual([
      0,
      new Set([4]),
      200,
      0,
    ])
  })

  test('what a connection tells, messages of publishers too, is in no context', async () => {
    const told: string[] = []
    const tell = (event: string): void => {
      told.push(`${event} ${activeTrace() ? 'foreign' : 'none'}`)
    }
    const subscriber = await inRequest('maker', async () => {
      const client = new rig.ioredis.Redis(rig.url)
      for (const event of [
        'connect',
        'ready',
        'message',
        'pmessage',
        'error',
        'close',
        'end',
        'reconnecting',
      ]) {
        client.on(event, () => tell(event))
      }
      await client.subscribe('news')
      await client.psubscribe('new*')
      return client
    })
    const both = new Promise<void>((resolve) => {
      subscriber.once('pmessage', () => resolve())
    })
    await inRequest('publisher', () => redis.publish('news', 'hello'))
    await both
    const over = new Promise<void>((resolve) => {
      subscriber.once('end', () => resolve())
    })
    await inRequest('closer', () => subscriber.quit())
    await over
    expect(told).toEqual([
      'connect none',
      'ready none',
      'message none',
      'pmessage none',
      'close none',
      'end none',
    ])
    expect(shapes(rig.recorder.spans).map((span) => (span as { name: string }).name)).toEqual([
      'SUBSCRIBE',
      'PSUBSCRIBE',
      'PUBLISH',
      'QUIT',
    ])
  })

  test('a connection that breaks in a request says so in no context', async () => {
    const client = new rig.ioredis.Redis(rig.url, { retryStrategy: () => null })
    await client.ping()
    const told = new Promise((resolve) => {
      client.on('error', () => resolve(activeTrace() ?? 'none'))
    })
    await inRequest('breaker', () => {
      const { stream } = client as unknown as { stream: Socket }
      stream.destroy(new Error('broken'))
    })
    expect(await told).toBe('none')
  })

  test('a pipeline that a request has filled and a timer sends is a span of the request', async () => {
    const { pipeline, spanId } = await inRequest('request', (span) => ({
      pipeline: redis.pipeline().get('a'),
      spanId: span.spanContext().spanId,
    }))
    await pipeline.exec()
    expect(rig.recorder.spans.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
      ['request', undefined],
      ['PIPELINE GET', spanId],
    ])
  })

  test('a rejection that nobody handles is still reported', async () => {
    const others = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    const reported = await inRequest('request', () => {
      const error = new Promise<Error>((resolve) => {
        process.once('unhandledRejection', (reason) => resolve(reason as Error))
      })
      void redis.lpush('text', 'x')
      return error
    })
    for (const listener of others) process.on('unhandledRejection', listener)
    expect(reported.message).toMatch(/^WRONGTYPE/)
  })

  test('a cluster: commands, pipelines and transactions are one span each, however they are routed', async () => {
    const node = await startCluster(rig.ioredis.Redis)
    onTestFinished(node.stop)
    rig.recorder.clear()
    const cluster = await inRequest(
      'maker',
      () => new rig.ioredis.Cluster([{ host: '127.0.0.1', port: node.port }]),
    )
    const trace = await inRequest('request', async (span) => {
      await cluster.set('k', 'secret')
      await cluster.pipeline().get('k').get('k').exec()
      await cluster.multi().incr('n').exec()
      const inCallback = await new Promise((resolve) => {
        cluster.lpush('k', 'x', () => resolve(activeTrace()))
      })
      return inCallback === span.spanContext().traceId
    })
    cluster.disconnect()
    expect(trace).toBe(true)
    expect(
      rig.recorder.spans.map(({ name, status, attributes }) => [name, status, attributes['db.query.text']]),
    ).toEqual([
      ['maker', 'unset', undefined],
      ['SET', 'unset', 'SET k ?'],
      ['PIPELINE GET', 'unset', 'GET k; GET k'],
      ['MULTI INCR', 'unset', 'INCR n'],
      ['LPUSH', 'error', 'LPUSH k ?'],
      ['request', 'unset', undefined],
    ])
  })

  test('stop gives the prototypes back', () => {
    const methods = (): unknown[] => [
      ...['sendCommand', 'connect', 'emit'].flatMap((name) => [
        rig.ioredis.Redis.prototype[name as 'emit'],
        rig.ioredis.Cluster.prototype[name as 'emit'],
      ]),
      rig.ioredis.Pipeline.prototype.sendCommand,
    ]
    const attached = methods()
    rig.stopInstrumentation()
    rig.stopInstrumentation()
    expect(methods().filter((method, i) => method === attached[i])).toEqual([])
    expect(methods().flatMap((method) => Object.getOwnPropertySymbols(method))).toEqual([])
  })
})
