/** Replaces the values of the named query parameters by REDACTED. Takes a query string without its `?`. */
export type QueryRedactor = (query: string) => string

/** The names are compared without regard to case. */
export function createQueryRedactor(names: readonly string[]): QueryRedactor {
  if (names.length === 0) return (query) => query
  const anyName = names.map((name) => name.replace(/[^\w]/g, '\\$&')).join('|')
  const secret = new RegExp(`(^|&)(${anyName})=[^&#]*`, 'gi')
  return (query) => query.replace(secret, '$1$2=REDACTED')
}

/** The target of a request with the secrets in its query replaced. */
export function redactTarget(target: string, redact: QueryRedactor): string {
  const mark = target.indexOf('?')
  return mark < 0 ? target : target.slice(0, mark + 1) + redact(target.slice(mark + 1))
}
