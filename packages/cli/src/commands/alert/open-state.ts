import {
  type AlertStore,
  type Budget,
  createMemoryBudget,
  createRedisBudget,
  createRedisStore,
  createSqliteStore,
} from '@clew/alert'
import { printableAddress } from '@clew/settings'
import { connectRedis } from './connect-redis.ts'

/** Where windows and the outbox of alerts lie, and what bots may still send. */
export type State = {
  /** For people, without secrets. */
  name: string
  store: AlertStore
  budget: Budget
  close(): Promise<void>
}

/** `redis://…` for as many processes as there are, else a file for this one. */
export async function openState(address: string, report: (message: string) => void): Promise<State> {
  if (/^rediss?:\/\//.test(address)) return openRedis(address, report)
  const store = createSqliteStore(address, Date.now)
  return { name: address, store, budget: createMemoryBudget(), close: () => store.close() }
}

async function openRedis(url: string, report: (message: string) => void): Promise<State> {
  const client = await connectRedis(url, report)
  return {
    name: printableAddress(url),
    store: createRedisStore(client),
    budget: createRedisBudget({ client, report }),
    close: async () => client.disconnect(),
  }
}
