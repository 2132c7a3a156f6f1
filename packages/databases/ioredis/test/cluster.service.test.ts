import { describe, expect, onTestFinished, test } from 'vitest'
import { activeTrace, inRequest } from './database-rig.ts'
import { attachRedis, rig, startCluster, versions } from './redis-setup.ts'

describe.each(versions)('spans of %s', (_, load) => {
  attachRedis(load, 6)

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
