import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'

const loopbackNames = ['localhost', '127.0.0.1', '[::1]']

/** Whether only this machine can reach a server that listens on `host`. */
export function isLoopback(host: string): boolean {
  return /^(localhost|::1|\[::1\]|127\.\d+\.\d+\.\d+)$/.test(host)
}

/** Whether `host` stands for all addresses of this machine. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** A host as it is written in an address: IPv6 in brackets. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** The names by which a server that listens on `host` may be called, for {@link isAllowedHost}: also those of the loopback address. */
export function hostNames(host: string, more: readonly string[] = []): string[] {
  return [...loopbackNames, bracketed(host), ...more]
}

/** The same for a receiver, whose names may be given to it; undefined: any, since others can reach it under names of their own. */
export function allowedNames(
  host: string,
  allowedHosts: readonly string[] | undefined,
): readonly string[] | undefined {
  return allowedHosts ?? (isLoopback(host) ? hostNames(host) : undefined)
}

/**
 * Whether a `host` or `:authority` header, with or without a port, is one of `names`; undefined are all names. A page
 * that had its own name resolve to this address (DNS rebinding) gives itself away here. An address is no name: where
 * `names` has 0.0.0.0 or [::] any address is fine.
 */
export function isAllowedHost(header: string | undefined, names: readonly string[] | undefined): boolean {
  if (names === undefined) return true
  const called = (header ?? '').toLowerCase().replace(/:\d*$/, '')
  if (names.some((name) => name.toLowerCase() === called)) return true
  return names.some((name) => isWildcard(withoutBrackets(name))) && isIP(withoutBrackets(called)) !== 0
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, '')
}

/** Whether `authorization: Bearer <token>` or `x-api-key: <token>` is there; without a token all have it. */
export function hasToken(headers: IncomingHttpHeaders, token: string | undefined): boolean {
  if (token === undefined) return true
  const apiKey = headers['x-api-key']
  const bearer = /^Bearer +(.*)$/i.exec(headers.authorization ?? '')?.[1]
  const given = [bearer ?? '', typeof apiKey === 'string' ? apiKey : '']
  return given.map((text) => isSameSecret(text, token)).includes(true)
}

/** Compares in a time that does not depend on where the difference is. */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
