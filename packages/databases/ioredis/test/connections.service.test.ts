import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../../../scripts/services.ts'
import { activeTrace, inRequest } from './database-rig.ts'
import { attachRedis, redis, rig, shapes, versions } from './redis-setup.ts'

const db = 8

describe.each(versions)('spans of %s', (_, load) => {
  attachRedis(load, db)

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
})
