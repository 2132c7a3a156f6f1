import type { LiveEvents } from '../../api/logs.ts'
import { placeOfRow, recent } from './chain-rows.ts'
import { startBudget, summarizeChain } from './chain-summary.ts'
import { knowTraces } from './chain-traces.ts'
import { type LogColumns, logColumns, logJoins, logRowOf } from './log-rows.ts'
import { searchCondition } from './log-search.ts'
import type { OpenSegments } from './open-segments.ts'
import { type Parameters, searchOf, timeRange, wholeNumber } from './parameters.ts'

const mostLines = 200
const mostChains = 50

/** The newest lines of a commit that match, oldest first, and how many more there were. */
export function liveLogs(segments: OpenSegments, parameters: Parameters): LiveEvents['logs'] {
  const segment = segments.byNumber(wholeNumber(parameters, 'segment', 0))
  if (segment === undefined) return { logs: [], dropped: 0 }
  const search = searchOf(parameters.q)
  const { where, parameters: values } = searchCondition(segment, search, 'log')
  const range = [wholeNumber(parameters, 'first', 0), wholeNumber(parameters, 'last', 0)]
  const condition = `log.id BETWEEN ? AND ? AND (${where})`
  const sql = `SELECT ${logColumns} FROM log ${logJoins} WHERE ${condition} ORDER BY log.id DESC LIMIT ?`
  const found = segment.arrays<LogColumns>(sql, ...range, ...values, mostLines)
  const total =
    found.length < mostLines
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

/** Chains that a commit has touched and that match: for the live list. */
export function liveChains(segments: OpenSegments, parameters: Parameters): LiveEvents['chains'] {
  const segment = segments.byNumber(wholeNumber(parameters, 'segment', 0))
  if (segment === undefined) return { chains: [] }
  const search = searchOf(parameters.q)
  const { where, parameters: values } = searchCondition(segment, search, 'chain')
  const table = parameters.of === 'spans' ? 'span' : 'log'
  const sql = `SELECT chain.us, lower(hex(chain.trace)) FROM chain
    WHERE chain.id IN (SELECT chain FROM ${table} WHERE id BETWEEN ? AND ?) AND (${where}) ORDER BY chain.us DESC LIMIT ?`
  const range = [wholeNumber(parameters, 'first', 0), wholeNumber(parameters, 'last', 0)]
  const touched = segment.arrays<[number, string]>(sql, ...range, ...values, mostChains)
  const known = knowTraces(segments)
  known.lookUp(touched.map(([, traceId]) => traceId))
  const asked = { search, range: timeRange({}), order: recent }
  const places = touched.map(([us, traceId]) => placeOfRow(known, { value: us, us, traceId }, asked))
  const budget = startBudget()
  const rows = new Map(places.map((place) => [place.traceId, place]))
  return { chains: [...rows.values()].map(({ traceId, us }) => summarizeChain(known, traceId, us, budget)) }
}
