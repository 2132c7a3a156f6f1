import { createHmac } from 'node:crypto'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { isSameSecret } from '@clew/otlp'

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

/**
 * Takes the token out of a page's address: sets the cookie and goes to the same address without it, so that it stays
 * in no history and no screenshot. Returns whether it answered.
 */
export function answerLogin(
  response: ServerResponse,
  url: URL,
  { token, cookieName }: { token?: string; cookieName: string },
): boolean {
  const given = url.searchParams.get('token')
  if (given === null) return false
  url.searchParams.delete('token')
  const isRight = token !== undefined && isSameSecret(given, token)
  if (token !== undefined && !isRight) {
    response.writeHead(401, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
    response.end(
      'This token is not the one of this desk. Open the address that `clew desk` printed when it started.\n',
    )
    return true
  }
  const cookie = isRight
    ? { 'set-cookie': `${cookieName}=${sessionOf(token)}; Path=/; HttpOnly; SameSite=Strict` }
    : {}
  response.writeHead(302, { location: url.pathname + url.search, 'cache-control': 'no-store', ...cookie })
  response.end()
  return true
}
