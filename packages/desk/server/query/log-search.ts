import type { Search } from '@clew/search'
import type { OpenSegment, SqlValue } from './open-segments.ts'
import type { TimeRange } from './parameters.ts'
import { compileSearch, type SearchSql } from './search-sql.ts'
import { indexedLines, indexedNewestFirst } from './search-sql-index.ts'

/** Lines that match, as the parts of a statement; more tables may be joined to `from`. */
export type LogSource = {
  from: string
  where: string
  parameters: SqlValue[]
  /** What the full-text index is asked, where it leads. */
  match: string | undefined
  /** By time, or, where the full-text index leads, by arrival: as columns of ORDER BY. */
  newestFirst: string
}

/**
 * The lines that match and lie in the time asked for, for all of these segments alike: the full-text index leads in all of
 * them or in none, so that their pages have one order.
 */
export function logSource(
  segments: readonly OpenSegment[],
  search: Search,
  { fromUs, toUs }: TimeRange,
): LogSource {
  const textSearch = segments.every((segment) => segment.textSearch === 'index') ? 'index' : 'scan'
  const ask = (sql: string, values: SqlValue[]): number =>
    segments.reduce((sum, segment) => sum + askOf(segment)(sql, values), 0)
  const { where, parameters, match } = compileSearch(search, { target: 'log', textSearch, ask })
  // The time first: it costs less than words.
  const inTime = { where: `log.us BETWEEN ? AND ? AND ${where}`, parameters: [fromUs, toUs, ...parameters] }
  if (match === undefined) return { from: 'log', ...inTime, match, newestFirst: 'log.us DESC, log.id DESC' }
  return {
    from: indexedLines,
    where: `log_text MATCH ? AND ${inTime.where}`,
    parameters: [match, ...inTime.parameters],
    match,
    newestFirst: indexedNewestFirst,
  }
}

/** A search as a condition on rows of `log` or `chain` that are found in another way. */
export function searchCondition(
  segment: OpenSegment,
  search: Search,
  target: 'log' | 'chain',
): Pick<SearchSql, 'where' | 'parameters'> {
  return compileSearch(search, { target, textSearch: segment.textSearch, ask: askOf(segment) })
}

function askOf(segment: OpenSegment): (sql: string, parameters: SqlValue[]) => number {
  return (sql, parameters) => segment.arrays<[number]>(sql, ...parameters)[0]?.[0] ?? 0
}
