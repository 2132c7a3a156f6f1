import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { createMemoryStore } from '../src/store/memory-store.ts'
import { createRedisStore } from '../src/store/redis-store.ts'
import { createSqliteStore } from '../src/store/sqlite-store.ts'
import type { AlertStore } from '../src/store/store.ts'

/** A store that is empty, and how it is left. */
export type OpenStore = { store: AlertStore; end(): Promise<void> }

/** Opens an empty store of each kind; Redis by both of its clients. */
export const stores: { [kind: string]: () => Promise<OpenStore> } = {
  memory: async () => ({ store: createMemoryStore(Date.now), end: async () => {} }),
  SQLite: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clew-alerts-'))
    const store = createSqliteStore(join(folder, 'alerts.db'), Date.now)
    const end = async () => {
      await store.close()
      rmSync(folder, { recursive: true })
    }
    return { store, end }
  },
  'Redis by ioredis': async () => {
    const redis = new Redis(process.env.REDIS_URL!)
    const { prefix, keys } = fresh()
    const end = async () => {
      await redis.del('', ...(await redis.keys(keys)))
      await redis.quit()
    }
    return { store: createRedisStore(redis, { prefix }), end }
  },
  'Redis by node-redis': async () => {
    const client = createClient({ url: process.env.REDIS_URL! })
    await client.connect()
    const { prefix, keys } = fresh()
    const end = async () => {
      await client.del(['', ...(await client.keys(keys))])
      await client.close()
    }
    return { store: createRedisStore(client, { prefix }), end }
  },
}

let next = 0

/** A prefix that nobody else has, and the pattern of its keys. */
export function fresh(): { prefix: string; keys: string } {
  const prefix = `test-${process.pid}-${next++}`
  return { prefix, keys: `{${prefix}}:*` }
}
