/**
 * An address as it may be printed: `***` stands for user and password, for each value of the query, and for the
 * fragment; characters that move a cursor or turn the direction of text are replaced. Takes any text: of one that is no
 * address, or in which it is not clear where a password ends, only what cannot be a part of it is shown. Never throws.
 */
export function printableAddress(address: string): string {
  const url = URL.parse(address)
  if (!url || url.host === '' || isUnclear(url, address)) return printableText(address)
  const user = url.username === '' && url.password === '' ? '' : '***@'
  const place = `${url.protocol}//${user}${url.host}`
  if (url.search.includes('@')) return `${place}?***`
  return `${place}${url.pathname === '/' ? '' : url.pathname}${hideValues(url.search)}${url.hash && '#***'}`
}

/** Of any other word before `://` it is not clear whether it is a user, whose password begins with `//`. */
const clearSchemes: ReadonlySet<string> = new Set(['http:', 'https:', 'grpc:', 'grpcs:'])

/** An @ behind the host may end a password that is not encoded: what looks like the host is then the user. */
function isUnclear({ protocol, pathname, hash, search }: URL, address: string): boolean {
  // One in the query alone is more often that of a value.
  const isBehind = search.includes('@') && (!clearSchemes.has(protocol) || /^[^?]*@/.test(address))
  return isBehind || `${pathname}${hash}`.includes('@')
}

function printableText(address: string): string {
  const text = address.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd')
  const [scheme = ''] = /^[a-z][a-z\d+.-]*:\/\//i.exec(text) ?? []
  const rest = text.slice(scheme.length)
  const [at, queryAt] = [rest.lastIndexOf('@'), rest.search(/[?#]/)]
  if (queryAt >= 0 && queryAt < at) return `${scheme}***`
  const [, place = '', query = '', hash = ''] = /^([^?#]*)([^#]*)(.*)$/s.exec(rest.slice(at + 1))!
  return `${scheme}${at < 0 ? '' : '***@'}${place}${hideValues(query)}${hash && '#***'}`
}

/** Of `?a=1&b` the names. What has no value may be a key by itself, even with the = at the end of base64. */
function hideValues(query: string): string {
  const hidden = query
    .slice(1)
    .split('&')
    .map((pair) => /^([^=]+=)=*[^=]/.exec(pair)?.[1] ?? '')
  return query === '' ? '' : `?${hidden.map((name) => `${name}***`).join('&')}`
}
