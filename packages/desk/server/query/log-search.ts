import type { Search } from '../../search/tree.ts'
import type { OpenSegment, SqlValue } from './open-segments.ts'
import type { TimeRange } from './parameters.ts'
import { compileSearch, type SearchScope, type SearchSql } from './search-sql.ts'

function scopeOf(segment: OpenSegment, target: SearchScope['target']): SearchScope {
  const ask = (sql: string, parameters: SqlValue[]): number => segment.arrays<[number]>(sql, ...parameters)[0]?.[0] ?? 0
  return { target, textSearch: segment.textSearch, ask }
}

/**
 * A search as a condition on rows of `log` or `chain` that are found in another way: exact, without the full-text index
 * leading.
 */
export function searchCondition(
  segment: OpenSegment,
  search: Search,
  target: SearchScope['target'],
): Pick<SearchSql, 'where' | 'parameters'> {
  const scope = scopeOf(segment, target)
  return compileSearch(search, target === 'log' ? { ...scope, textSearch: 'scan' } : scope)
}

/** The lines of a segment that match and lie in the time asked for. */
export function logSource(segment: OpenSegment, search: Search, { fromUs, toUs }: TimeRange): SearchSql {
  const source = compileSearch(search, scopeOf(segment, 'log'))
  return {
    ...source,
    where: `(${source.where}) AND log.us BETWEEN ? AND ?`,
    parameters: [...source.parameters, fromUs, toUs],
  }
}
