import type { Judge, Verdict } from './judge.ts'
import { addTime, joinTimes, sumOf, type Times, trimTimes } from './times.ts'

const exactUpTo = 1000
const joinedSteps = 100

/**
 * So many records in a window that ends at any of them. Up to a threshold of 1,000 each millisecond counts; above it, each
 * thousandth of the window. Of what it takes to reach the threshold twice each moment is kept; older ones, which only the number in
 * a message needs, are joined.
 */
export function countedJudge(
  { threshold, resolveBelow, windowMs }: { threshold: number; resolveBelow: number; windowMs: number },
  ends: boolean,
): Judge<Times> {
  const stepMs = threshold > exactUpTo ? Math.max(1, Math.floor(windowMs / exactUpTo)) : 1
  const exact = 2 * Math.min(threshold, exactUpTo)
  const verdict = (times: Times, atMs: number): Verdict => {
    const value = sumOf(times, atMs - windowMs, atMs)
    return { atMs, value, limit: threshold, holds: value >= threshold }
  }
  return {
    begin: () => [],
    add(times, { unixMs, weight, value: seen }) {
      const index = addTime(times, Math.ceil(unixMs / stepMs) * stepMs, weight)
      const own = verdict(times, times[index]!)
      if (typeof seen === 'string') own.seen = seen
      if (own.holds) return own
      // A record that comes late completes windows that end with later ones.
      for (let i = index + 2; i < times.length && times[i]! < own.atMs + windowMs; i += 2) {
        const later = verdict(times, times[i]!)
        if (later.holds) return later
      }
      return own
    },
    until(times) {
      let sum = 0
      for (let i = times.length - 2; i >= 0; i -= 2) {
        sum += times[i + 1]!
        if (sum >= resolveBelow) return times[i]! + windowMs
      }
      return 0
    },
    trim(times, ms) {
      trimTimes(times, ms, Number.POSITIVE_INFINITY)
      joinTimes(times, exact, joinedSteps)
    },
    reachMs: windowMs,
    ends,
  }
}
