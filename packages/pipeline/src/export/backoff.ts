const firstDelayMs = 1000
const factor = 1.5
const longestDelayMs = 30_000
const longestRetryAfterMs = 5 * 60_000

/**
 * How long to stay away after the given number of failures in a row, which starts at 1.
 * A receiver's Retry-After is a lower bound, but not for more than five minutes.
 */
export function backoffMs(failures: number, retryAfterMs: number | undefined, random: () => number): number {
  const grown = Math.min(longestDelayMs, firstDelayMs * factor ** Math.min(failures - 1, 20))
  const jittered = grown * (0.8 + 0.4 * random())
  return Math.round(
    Math.max(Math.min(jittered, longestDelayMs), Math.min(retryAfterMs ?? 0, longestRetryAfterMs)),
  )
}

/** Reads a Retry-After header, seconds or an HTTP date (RFC 9110 §10.2.3). Undefined when it says nothing usable. */
export function parseRetryAfter(header: string | undefined, nowUnixMs: number): number | undefined {
  if (header === undefined) return undefined
  const text = header.trim()
  if (/^\d+$/.test(text)) return Number(text) * 1000
  if (!/[a-z]/i.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowUnixMs)
}
