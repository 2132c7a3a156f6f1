import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** Compares in a time that does not depend on where the difference is. */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected))
}

/** The secrets that a request's headers offer: a bearer token, an API key. */
export function offeredTokens(headers: IncomingHttpHeaders): string[] {
  const bearer = /^Bearer +(.*)$/i.exec(headers.authorization ?? '')?.[1]
  const apiKey = headers['x-api-key']
  return [bearer, apiKey].filter((token) => typeof token === 'string')
}

/** Browsers send cookies of localhost to every port, so each desk has its own. */
export function sessionCookieName(port: number): string {
  return `clew_desk_${port}`
}

/** What the cookie holds: not the token, which a browser sends to every server on this host. */
export function sessionOf(token: string): string {
  return createHmac('sha256', token).update('clew desk session').digest('base64url')
}

export function readCookie(headers: IncomingHttpHeaders, name: string): string {
  for (const part of (headers.cookie ?? '').split(';')) {
    const [key, value] = part.trim().split('=', 2)
    if (key === name) return value ?? ''
  }
  return ''
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
