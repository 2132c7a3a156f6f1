import { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { createRedisStore } from '../src/store/redis-store.ts'
import { type Commit, StateLostError } from '../src/store/store.ts'
import { sampleAlert } from './sample.ts'
import { fresh } from './stores.ts'

const commit: Commit = {
  span: { partition: 'p', before: undefined, after: 5 },
  clocks: new Map([['p', 1_764_400_000_000]]),
  ...{ cells: [], alerts: [sampleAlert()], decisions: [], counts: new Map() },
}

async function connected(): Promise<{ redis: Redis; prefix: string; flush(): Promise<void> }> {
  const redis = new Redis(process.env.REDIS_URL!)
  const { prefix, keys } = fresh()
  const flush = async () => {
    await redis.del('', ...(await redis.keys(keys)))
  }
  onTestFinished(async () => {
    await flush()
    await redis.quit()
  })
  return { redis, prefix, flush }
}

test('once everything is gone nobody goes on with what he remembers: each is told once, and begins anew', async () => {
  const { redis, prefix, flush } = await connected()
  const [a, b] = [createRedisStore(redis, { prefix }), createRedisStore(redis, { prefix })]
  await a.commit(commit)
  expect(await b.positionOf('p')).toBe(5)
  await flush()
  await expect(a.commit({ ...commit, span: { partition: 'p', before: 5, after: 9 } })).rejects.toThrow(
    StateLostError,
  )
  expect(await a.positionOf('p')).toBeUndefined()
  await a.commit(commit)
  // What b knows of clocks would make all late that is read again.
  await expect(b.commit({ ...commit, span: undefined })).rejects.toThrow(StateLostError)
  expect(await b.positionOf('p')).toBe(5)
})

test('all keys share one hash tag, and prefixes are apart', async () => {
  const { redis, prefix } = await connected()
  const other = fresh().prefix
  await createRedisStore(redis, { prefix }).commit(commit)
  expect(await createRedisStore(redis, { prefix: other }).positionOf('p')).toBeUndefined()
  const keys = (await redis.keys('*')).filter((key) => key.includes(prefix))
  expect(keys.every((key) => key.startsWith(`{${prefix}}:`))).toBe(true)
  await redis.del('', ...(await redis.keys(`{${other}}:*`)))
})

test('a script that Redis has forgotten is sent again', async () => {
  const { redis, prefix } = await connected()
  const store = createRedisStore(redis, { prefix })
  await store.commit(commit)
  await redis.script('FLUSH')
  expect(await store.positionOf('p')).toBe(5)
})

test('what is done in turn is done by one at a time, and one who died in his turn holds up nobody for long', async () => {
  const { redis, prefix } = await connected()
  const stores = [1, 2, 3].map(() => createRedisStore(redis, { prefix }))
  let inside = 0
  const does = async () => {
    expect(++inside).toBe(1)
    await stores[0]!.low()
    inside--
  }
  await Promise.all(stores.flatMap((store) => [store.inTurn(does), store.inTurn(does)]))
  await redis.set(`{${prefix}}:turn`, 'somebody who died', 'PX', 300)
  await stores[0]!.inTurn(does)
  expect(await redis.exists(`{${prefix}}:turn`)).toBe(0)
})
