import type { Attributes } from '@opentelemetry/api'

/** Of whom a client asks: its database, and the server's address, or the path of its socket without a port. */
export type RedisServer = {
  database: number | undefined
  address: string | undefined
  port: number | undefined
}

/**
 * The attributes that are the same in all spans of a client. They are made once as long as the same server is asked.
 * https://opentelemetry.io/docs/specs/semconv/database/redis/
 */
export function describeServer({ database, address, port }: RedisServer): Readonly<Attributes> {
  if (database === last.database && address === last.address && port === last.port) return lastAttributes
  last = { database, address, port }
  lastAttributes = {
    'db.system.name': 'redis',
    ...(database !== undefined && { 'db.namespace': String(database) }),
    ...(address !== undefined && { 'server.address': address }),
    ...(port !== undefined && { 'server.port': port }),
  }
  return lastAttributes
}

let last: RedisServer = { database: undefined, address: undefined, port: undefined }
let lastAttributes: Readonly<Attributes> = { 'db.system.name': 'redis' }
