const knownMethods = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'QUERY',
])

/** `http.request.method`: the method, or `_OTHER` for one that the conventions do not know. */
export function knownMethod(method: string): string {
  return knownMethods.has(method) ? method : '_OTHER'
}

/** The first word of a span's name: the method, or `HTTP` for one that the conventions do not know. */
export function methodName(method: string): string {
  return knownMethods.has(method) ? method : 'HTTP'
}
