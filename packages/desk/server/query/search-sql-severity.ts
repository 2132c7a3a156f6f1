import { type Compare, type Level, levels } from '@clew/search'
import { all, any, type Condition, condition } from './search-sql-condition.ts'

/** Lowest and highest severity number of a comparison. */
export function severityRange(compare: Compare, level: Level): { lowest: number; highest: number } {
  const first = levels.indexOf(level) * 4 + 1
  switch (compare) {
    case '=':
      return { lowest: first, highest: first + 3 }
    case '>=':
      return { lowest: first, highest: 24 }
    case '>':
      return { lowest: first + 4, highest: 24 }
    case '<=':
      return { lowest: 1, highest: first + 3 }
    case '<':
      return { lowest: 1, highest: first - 1 }
  }
}

/** A line in this range. No severity (0) counts as info. */
export function severityIn({ lowest, highest }: { lowest: number; highest: number }): Condition {
  const bounds = [`log.severity >= ${lowest}`]
  if (highest < 24) bounds.push(`log.severity <= ${highest}`)
  // Literally the condition of the index log_problem: SQLite uses a partial index only for its own words.
  if (lowest >= 13) return all([condition('log.severity >= 13'), ...bounds.map((bound) => condition(bound))])
  const inRange = all(bounds.map((bound) => condition(bound)))
  return lowest <= 9 && highest >= 9 ? any([inRange, condition('log.severity = 0')]) : inRange
}
