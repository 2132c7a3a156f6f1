import { createHash, timingSafeEqual } from 'node:crypto'

const loopbackNames = ['localhost', '127.0.0.1', '[::1]']

/** The names by which a receiver on `host` may be called, or undefined for any. */
export function hostNames(
  host: string,
  allowedHosts: readonly string[] | undefined,
): ReadonlySet<string> | undefined {
  if (allowedHosts !== undefined) return new Set(allowedHosts.map((name) => name.toLowerCase()))
  const loopback = host === 'localhost' || host === '::1' || host.startsWith('127.')
  return loopback ? new Set([...loopbackNames, host]) : undefined
}

/** Whether a `host` or `:authority` header, with or without a port, is one of `names`. */
export function isAllowedHost(header: string | undefined, names: ReadonlySet<string> | undefined): boolean {
  if (names === undefined) return true
  return names.has((header ?? '').toLowerCase().replace(/:\d*$/, ''))
}

/** Compares in a time that does not depend on where the difference is. */
export function hasToken(authorization: string | undefined, token: string | undefined): boolean {
  if (token === undefined) return true
  return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token}`))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
