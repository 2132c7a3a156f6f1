import type { Judge } from './judge.ts'

/** A warning is judged by whoever finds it: here it is told, and not again too soon. */
export function earlyJudge({ sure }: { sure: number }): Judge<null> {
  return {
    begin: () => null,
    add(_, { unixMs, warning: found }) {
      if (found === undefined) return { atMs: unixMs, value: 0, limit: sure, holds: false }
      const { lines: _lines, ...warning } = found
      return { atMs: unixMs, value: warning.sure, limit: sure, holds: true, warning }
    },
    trim() {},
    reachMs: 0,
    ends: false,
  }
}
