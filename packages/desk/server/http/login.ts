import type { ServerResponse } from 'node:http'
import type { GuardSettings } from './guard.ts'
import { isSameSecret, sessionOf } from './token.ts'

/**
 * Takes the token out of a page's address: sets the cookie and goes to the same address without it, so that it stays
 * in no history and no screenshot. Returns whether it answered.
 */
export function answerLogin(response: ServerResponse, url: URL, settings: GuardSettings): boolean {
  const given = url.searchParams.get('token')
  if (given === null) return false
  url.searchParams.delete('token')
  const { token, cookieName } = settings
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
