import type { LiveEvents } from '../../api/logs.ts'
import { type LogColumns, logColumns, logJoins, logRowOf } from './log-rows.ts'
import { searchCondition } from './log-search.ts'
import type { OpenSegments } from './open-segments.ts'
import { type Parameters, wholeNumber } from './parameters.ts'
import { searchOf } from './search-of.ts'

const most = 200

/** The newest lines of a commit that match, oldest first, and how many more there were. */
export function liveLogs(segments: OpenSegments, parameters: Parameters): LiveEvents['logs'] {
  const segment = segments.byNumber(wholeNumber(parameters, 'segment', 0))
  if (segment === undefined) return { logs: [], dropped: 0 }
  const search = searchOf(parameters.q)
  const { where, parameters: values } = searchCondition(segment, search, 'log')
  const range = [wholeNumber(parameters, 'first', 0), wholeNumber(parameters, 'last', 0)]
  const condition = `log.id BETWEEN ? AND ? AND (${where})`
  const sql = `SELECT ${logColumns} FROM log ${logJoins} WHERE ${condition} ORDER BY log.id DESC LIMIT ?`
  const found = segment.arrays<LogColumns>(sql, ...range, ...values, most)
  const total =
    found.length < most
      ? found.length
      : (segment.get<{ count: number }>(
          `SELECT count(*) AS count FROM log WHERE ${condition}`,
          ...range,
          ...values,
        )?.count ?? 0)
  return {
    logs: found.toReversed().map((columns) => logRowOf(segment.number, columns)),
    dropped: total - found.length,
  }
}
