const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const nice = [
  ...[10_000, 30_000, minute, 2 * minute, 5 * minute, 10 * minute, 30 * minute],
  ...[hour, 3 * hour, 6 * hour, 12 * hour, day, 7 * day, 30 * day],
]

export type Steps = { fromMs: number; stepMs: number; count: number }

/** Cuts a time into at most `most` steps of a round length, none shorter than `leastMs`, that begin at round times. */
export function timeSteps(fromMs: number, toMs: number, most: number, leastMs: number): Steps {
  const wanted = Math.max(leastMs, (toMs - fromMs) / Math.max(1, most - 1))
  const stepMs = nice.find((step) => step >= wanted) ?? Math.ceil(wanted / day) * day
  const start = Math.floor(fromMs / stepMs) * stepMs
  return { fromMs: start, stepMs, count: Math.max(1, Math.floor((toMs - start) / stepMs) + 1) }
}
