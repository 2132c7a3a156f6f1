// <number of this process> <groups> <milliseconds> <prefix of keys>: judges batches of matching records with the Redis of REDIS_URL.
import { Redis } from 'ioredis'
import { createEngine } from '../../packages/alert/src/engine/engine.ts'
import type { AlertRecord } from '../../packages/alert/src/engine/record.ts'
import { readRules } from '../../packages/alert/src/rules/read-rules.ts'
import { createRunner } from '../../packages/alert/src/run/runner.ts'
import { createRedisStore } from '../../packages/alert/src/store/redis-store.ts'

const inBatch = 500
const [own = 0, groups = 1, durationMs = 1000] = process.argv.slice(2, 5).map(Number)
const prefix = process.argv[5]!
const redis = new Redis(process.env.REDIS_URL!)
const rule = {
  ...{ id: 'r', where: 'level:error', type: 'frequency', threshold: 5, window: '5m', late: '1m' },
  group_by: 'user',
}
const runner = createRunner(
  createEngine(readRules([rule], String, []).rules),
  createRedisStore(redis, { prefix }),
)
const partition = `p${own}`
const ids = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', eventName: '' }

function recordOf(unixMs: number, user: number): AlertRecord {
  return {
    ...{ unixMs, severityNumber: 17, service: 'pay', ...ids, body: 'payment_failed status=500' },
    ...{ resource: {}, attributes: { user: `u${user}` }, weight: 1, folded: undefined },
  }
}

runner.assign(partition)
process.send?.({})
process.once('message', async () => {
  const takesMs: number[] = []
  const endMs = performance.now() + durationMs
  let first = 0
  while (performance.now() < endMs) {
    const unixMs = Date.now()
    const records = Array.from({ length: inBatch }, (_, index) => recordOf(unixMs, (first + index) % groups))
    const beganMs = performance.now()
    await runner.take({ partition, records, offsets: { first, after: first + inBatch } })
    takesMs.push(performance.now() - beganMs)
    first += inBatch
  }
  process.send?.({ judged: first, takesMs })
  await redis.quit()
})
