/**
 * Makes a URL or a request target fit for an attribute: user and password become `REDACTED:REDACTED`, wherever in it a URL
 * stands, and so do the values of the named query parameters. Everything that writes a URL into a span asks this.
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/url/
 */
export type UrlRedactor = (url: string) => string

/** The names of query parameters are compared without regard to case. */
export function createUrlRedactor(queryNames: readonly string[]): UrlRedactor {
  const redactQuery = createQueryRedactor(queryNames)
  return (url) => {
    // Nearly no URL has one, and to look for it costs next to nothing.
    const shown = url.includes('@') || url.includes('%40') ? withoutCredentials(url) : url
    const mark = shown.indexOf('?')
    return mark < 0 ? shown : shown.slice(0, mark + 1) + redactQuery(shown.slice(mark + 1))
  }
}

function createQueryRedactor(names: readonly string[]): (query: string) => string {
  if (names.length === 0) return (query) => query
  const anyName = names.map((name) => name.replace(/[^\w]/g, '\\$&')).join('|')
  const secret = new RegExp(`(^|[?&])(${anyName})=[^&#]*`, 'gi')
  return (query) => query.replace(secret, '$1$2=REDACTED')
}

const redacted = 'REDACTED:REDACTED@'
// After two slashes, or one behind a colon, as browsers read them too; also percent-encoded, in a query.
const user = /(?<=[/\\:][/\\]|%2f%2f)(?:(?!%2f)[^/?#\\\s&])+(?:@|%40)/gi
// A slash, question mark or hash in a password, where none may be: what stands before it is no host and port.
const brokenUser = /(?<=^[a-z\d+.-]*:?[/\\]{2})[^@/?#\\:[]*:(?!\d+[/?#\\])[^@/?#\\]*[/?#\\].*@/i
// `user:password@host:443`, as in a CONNECT.
const userWithoutScheme = /^(?![a-z\d+.-]*:[/\\])[^/\\].*@/i

function withoutCredentials(url: string): string {
  return url.replace(userWithoutScheme, redacted).replace(brokenUser, redacted).replace(user, redacted)
}

/** Path and query of a request target in origin form, absolute form (through a proxy) or asterisk form. */
export function parseTarget(target: string): { path: string; query: string } {
  const local = target.charCodeAt(0) === 47 ? target : withoutOrigin(target)
  const mark = local.indexOf('?')
  return mark < 0 ? { path: local, query: '' } : { path: local.slice(0, mark), query: local.slice(mark + 1) }
}

function withoutOrigin(target: string): string {
  return target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '') || '/'
}
