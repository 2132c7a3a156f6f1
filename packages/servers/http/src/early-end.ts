// Of Node, undici and axios: the application aborted, cancelled or destroyed.
const ownCodes: ReadonlySet<unknown> = new Set([
  'ABORT_ERR',
  'UND_ERR_ABORTED',
  'UND_ERR_DESTROYED',
  'ERR_CANCELED',
])

// Of undici, the parser, TLS and the system's calls for the network.
const wireCode = /^(UND_ERR|HPE|ERR_(SSL|TLS|HTTP2)|E(AI|CONN|HOST|NET|NOTCONN|PIPE|PROTO|TIMEDOUT))/

/** What the application gave as its reason, where an AbortError hides it, as `http.request({ signal })` does. */
export function reasonOf(error: unknown): unknown {
  return isAbort(error) && error.cause instanceof Error ? error.cause : error
}

/**
 * Whether a request ended by this because the application wanted no more of it. While there is no answer, an error of the
 * application's own is the outcome: a request body that broke, a limit of time. Once there is one, only what befalls
 * the wire is: not what the response was piped to. A reason that is no Error is none.
 */
export function isGivenUp(error: unknown, isAnswered: boolean): boolean {
  if (!(error instanceof Error)) return true
  if (isTimeout(error)) return false
  const { code } = error as { code?: unknown }
  if (isAbort(error) || ownCodes.has(code)) return true
  return isAnswered && !wireCode.test(String(code))
}

/** AbortSignal.timeout() and the limits of HTTP libraries: the other side was too slow. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError'
}

function isAbort(error: unknown): error is Error {
  return error instanceof Error && error.name === 'AbortError'
}
