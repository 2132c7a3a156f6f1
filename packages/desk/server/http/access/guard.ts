import type { IncomingMessage } from 'node:http'
import { hasToken, isAllowedHost, isSameSecret } from '@clew/otlp'
import { shortText } from '@clew/otlp/text'
import type { Failure } from '../reply/reply.ts'
import { type Access, ownNames } from './binding.ts'
import { readCookie, sessionOf } from './session.ts'

/** What kind of thing a request asks for; each has its own rule about other pages. */
export type Kind = 'page' | 'api' | 'otlp'

/** Who may call: with the token to read, with the token to send, or anybody. */
export type RouteAccess = 'read' | 'ingest' | 'public'

export type GuardSettings = Access & { corsOrigins: readonly string[]; cookieName: string }

/**
 * Whether a request comes from where it may come from, else why not. Before anything of it is read: first the name
 * by which the desk was called, then which page made the request.
 */
export function refusalByOrigin(
  { headers }: IncomingMessage,
  kind: Kind,
  settings: GuardSettings,
): Failure | undefined {
  const { host, origin } = headers
  if (!isAllowedHost(host, ownNames(settings))) {
    return forbidden(`this desk is not to be called as ${shortText(host)}; --allowed-hosts adds a name`)
  }
  if (kind === 'otlp' && origin !== undefined && settings.corsOrigins.includes(origin)) return undefined
  if (origin !== undefined && !isSameOrigin(origin, host!)) {
    const remedy = kind === 'otlp' ? '; --cors lets a page send' : ''
    return forbidden(`pages of ${shortText(origin)} may not talk to this desk${remedy}`)
  }
  if (isFromOtherPage(headers['sec-fetch-site']) && !isNavigation(headers, kind)) {
    return forbidden('pages of other origins may not talk to this desk')
  }
  return undefined
}

/** Asks for the token that a route needs. The cookie of the page is for reading alone. */
export function refusalByToken(
  { headers }: IncomingMessage,
  access: RouteAccess,
  settings: GuardSettings,
): Failure | undefined {
  const { token, ingestToken, cookieName } = settings
  const expected = access === 'read' ? token : access === 'ingest' ? ingestToken : undefined
  if (expected === undefined || hasToken(headers, expected)) return undefined
  if (access === 'read' && isSameSecret(readCookie(headers, cookieName), sessionOf(expected)))
    return undefined
  const remedy =
    access === 'read'
      ? 'open the address that `clew desk` printed, or send authorization: Bearer <token>'
      : 'send authorization: Bearer <ingest token> or x-api-key: <ingest token>'
  const challenge = { 'www-authenticate': 'Bearer' }
  return {
    status: 401,
    code: 'unauthorized',
    message: `the token is missing or wrong: ${remedy}`,
    headers: challenge,
  }
}

function isSameOrigin(origin: string, host: string): boolean {
  const own = host.toLowerCase()
  return origin === `http://${own}` || origin === `https://${own}`
}

/** Another port of this host is another origin too, and may be anybody's development server. */
function isFromOtherPage(site: string | string[] | undefined): boolean {
  return site !== undefined && site !== 'same-origin' && site !== 'none'
}

/** A link to the page may be followed from anywhere: the page has no data of its own. */
function isNavigation(headers: IncomingMessage['headers'], kind: Kind): boolean {
  return (
    kind === 'page' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
  )
}

function forbidden(message: string): Failure {
  return { status: 403, code: 'forbidden', message }
}
