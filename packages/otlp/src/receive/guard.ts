import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

const loopbackNames = ['localhost', '127.0.0.1', '[::1]']

/** The names by which a receiver on `host` may be called, or undefined for any. */
export function hostNames(
  host: string,
  allowedHosts: readonly string[] | undefined,
): readonly string[] | undefined {
  if (allowedHosts !== undefined) return allowedHosts
  const loopback = host === 'localhost' || host === '::1' || host.startsWith('127.')
  return loopback ? [...loopbackNames, host] : undefined
}

/** Whether a `host` or `:authority` header, with or without a port, is one of `names`; undefined are all names. */
export function isAllowedHost(header: string | undefined, names: readonly string[] | undefined): boolean {
  if (names === undefined) return true
  const called = (header ?? '').toLowerCase().replace(/:\d*$/, '')
  return names.some((name) => name.toLowerCase() === called)
}

/** Compares in a time that does not depend on where the difference is. */
export function hasToken(headers: IncomingHttpHeaders, token: string | undefined): boolean {
  if (token === undefined) return true
  const expected = digest(token)
  const apiKey = headers['x-api-key']
  const bearer = /^Bearer +(.*)$/i.exec(headers.authorization ?? '')?.[1]
  const given = [bearer ?? '', typeof apiKey === 'string' ? apiKey : '']
  return given.map((text) => timingSafeEqual(digest(text), expected)).includes(true)
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
