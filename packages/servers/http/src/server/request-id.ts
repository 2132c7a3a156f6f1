import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

const safeId = /^[\x21-\x7e]{1,128}$/

/** The caller's `x-request-id` when it is 1 to 128 visible ASCII characters, else a new UUID. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && safeId.test(given) ? given : randomUUID()
}
