import type { ErrorCode } from './errors.ts'

export type Reporter = (code: ErrorCode, message: string, key?: string) => void

const intervalMs = 60_000
const maxProblems = 1_000

/**
 * A reporter that writes each problem once a minute and then says how often it came in between. A problem is its
 * code and `key`; without a key, its code and message.
 */
export function createReporter(io: { now: () => number; write: (line: string) => void }): Reporter {
  const problems = new Map<string, { lastMs: number; withheld: number }>()
  return (code, message, key = message) => {
    const id = `${code} ${key}`
    const nowMs = io.now()
    const problem = problems.get(id)
    if (problem && nowMs - problem.lastMs < intervalMs) {
      problem.withheld++
      return
    }
    if (problems.size >= maxProblems) problems.clear()
    problems.set(id, { lastMs: nowMs, withheld: 0 })
    const again = problem?.withheld ? ` (and ${problem.withheld} times more since the last line)` : ''
    io.write(`[clew] ${code}: ${message.replaceAll('\n', ' ')}${again}\n`)
  }
}
