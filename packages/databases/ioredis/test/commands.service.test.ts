import { describe, expect, test } from 'vitest'
import { inRequest } from './database-rig.ts'
import { attachRedis, redis, rig, shape, shapes, versions } from './redis-setup.ts'

describe.each(versions)('spans of %s', (_, load) => {
  attachRedis(load, 9)

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
})
