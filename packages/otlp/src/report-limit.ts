import { steadyClock } from './steady-clock.ts'

const quietMs = 60_000
const maxProblems = 1_000

/** Lets each problem be told once a minute, however often it comes. */
export type ReportLimit = {
  /** How often the problem was held back since it was last told; undefined when it must be held back now as well. */
  withheld(problem: string): number | undefined
  /** The problem is over: when it comes back, it is told at once. */
  forget(problem: string): void
}

/**
 * One limit over the problems of whoever tells them; `now` gives milliseconds, and may be set back. After a thousand different problems it
 * forgets them and begins again.
 */
export function createReportLimit(now: () => number): ReportLimit {
  const problems = new Map<string, { toldMs: number; withheld: number }>()
  const steadyMs = steadyClock(now)
  return {
    withheld: (problem) => {
      const nowMs = steadyMs()
      const known = problems.get(problem)
      if (known !== undefined && nowMs - known.toldMs < quietMs) {
        known.withheld++
        return undefined
      }
      if (problems.size >= maxProblems) problems.clear()
      problems.set(problem, { toldMs: nowMs, withheld: 0 })
      return known?.withheld ?? 0
    },
    forget: (problem) => {
      problems.delete(problem)
    },
  }
}
