import { type ConnectionOptions, createPostgresBackend, setDefaultBackendFactory } from 'bullmq'
import { settings } from './settings.ts'

export type Payment = { orderId: number; amount: number }

export const paymentsName = 'payments'

/** Redis when REDIS_URL is set, else the orders' own PostgreSQL. */
export function connectQueue(): ConnectionOptions {
  if (settings.redisUrl) return { url: settings.redisUrl }
  setDefaultBackendFactory(createPostgresBackend)
  return { connectionString: settings.databaseUrl, migrate: true } as ConnectionOptions
}
