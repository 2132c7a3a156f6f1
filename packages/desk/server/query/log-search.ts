import { type Search } from '../../search/tree.ts'
import { textBlock } from '../store/schema.ts'
import type { OpenSegment, SqlValue } from './open-segments.ts'
import type { TimeRange } from './parameters.ts'
import { compileSearch } from './search-sql.ts'

/** Which lines of one segment, as the parts of a statement over `log`. */
export type LogSource = {
  /** `FROM …` with the tables that the condition needs. */
  from: string
  where: string
  parameters: SqlValue[]
  /** Newest first: by time, or, when the full-text index leads, by arrival. */
  order: string
  byText: boolean
}

/**
 * Lines that match, in one segment. With words in the search the index leads: it names the blocks of 16 lines to look at, and
 * the search is then checked on each of their lines.
 */
export function logSource(segment: OpenSegment, search: Search, { fromUs, toUs }: TimeRange): LogSource {
  const { where, parameters, match } = compileSearch(search, { target: 'log', textSearch: segment.textSearch })
  const inTime = 'log.us BETWEEN ? AND ?'
  if (match === undefined) {
    const order = 'log.us DESC, log.id DESC'
    return { from: 'log', where: `${inTime} AND ${where}`, parameters: [fromUs, toUs, ...parameters], order, byText: false }
  }
  return {
    from: `log_text CROSS JOIN log ON log.id BETWEEN log_text.rowid * ${textBlock} AND log_text.rowid * ${textBlock} + ${textBlock - 1}`,
    where: `log_text MATCH ? AND ${inTime} AND ${where}`,
    parameters: [match, fromUs, toUs, ...parameters],
    order: 'log_text.rowid DESC, log.id DESC',
    byText: true,
  }
}
