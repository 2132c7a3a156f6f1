import { printableAddress } from '@clew/settings'
import type { Redis } from 'ioredis'

/** A client of Redis; that it cannot be reached is said once, and again after it was there. Throws without the package. */
export async function connectRedis(url: string, report: (message: string) => void): Promise<Redis> {
  const client = new (await loadClient())(url, { maxRetriesPerRequest: 1 })
  let isAway = false
  client.on('error', (error) => {
    if (!isAway) report(`${printableAddress(url)} cannot be reached: ${error.message}; it is tried again`)
    isAway = true
  })
  client.on('ready', () => {
    isAway = false
  })
  return client
}

async function loadClient(): Promise<typeof Redis> {
  try {
    return (await import('ioredis')).Redis
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    throw new Error(`redis:// needs the package ioredis: npm install ioredis (${reason})`)
  }
}
