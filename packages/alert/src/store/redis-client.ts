/**
 * What of a Redis client is used: ioredis 5 and later has `call`, node-redis `sendCommand`. Redis must be 6.2 or later, with
 * `maxmemory-policy noeviction` and, if windows are to outlive its restart, an append-only file.
 */
export type RedisClient =
  | { call(command: string, ...words: string[]): Promise<unknown> }
  | { sendCommand(words: string[]): Promise<unknown> }

/** By whichever client it is. */
export function sendTo(client: RedisClient, words: string[]): Promise<unknown> {
  return 'call' in client ? client.call(words[0]!, ...words.slice(1)) : client.sendCommand(words)
}
