import { activeContext, runInContext, suppressedRoot, suppressTracing } from '@clew/core'
import { describe, expect, test } from 'vitest'
import { activeTrace, inRequest } from './database-rig.ts'
import { attachRedis, redis, rig, shapes, versions } from './redis-setup.ts'

const db = 7

describe.each(versions)('spans of %s', (_, load) => {
  attachRedis(load, db)

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
})
