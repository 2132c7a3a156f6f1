import type { Search } from '@clew/search'
import { narrowedFrom } from '../schema/tables.ts'
import type { OpenSegment, SqlValue } from './open-segments.ts'
import { compileSearch, type SearchSql } from './search-sql.ts'

/** A search as a condition on rows of `log` or `chain` that are found in another way. */
export function searchCondition(
  segment: OpenSegment,
  search: Search,
  target: 'log' | 'chain',
): Pick<SearchSql, 'where' | 'parameters'> {
  const { textSearch, version, idsOfPattern } = segment
  const hasSpanText = textSearch === 'index' && version >= narrowedFrom
  return compileSearch(search, { target, textSearch, hasSpanText, ask: askOf(segment), idsOfPattern })
}

/** The first column of a statement's first row. */
export function askOf(segment: OpenSegment): (sql: string, parameters: SqlValue[]) => number {
  return (sql, parameters) => segment.arrays<[number]>(sql, ...parameters)[0]?.[0] ?? 0
}
