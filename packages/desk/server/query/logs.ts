import { shortText } from '@clew/otlp/text'
import type { Search } from '@clew/search'
import type { LogPage, LogRow } from '../../api/logs.ts'
import { storeError } from '../schema/store-error.ts'
import { type LogColumns, logColumns, logJoins, logRowOf } from './log-rows.ts'
import { type LogSource, logSource } from './log-search.ts'
import type { OpenSegment, OpenSegments, SqlValue } from './open-segments.ts'
import { type Parameters, searchOf, type TimeRange, timeRange, wholeNumber } from './parameters.ts'

const defaultLimit = 200
const maxLimit = 2000

/** Where a page ended. */
type Place = { us: number; segment: number; id: number }
type Found = Place & { row: LogRow }

/** `GET /api/logs`: newest first; lines found by words in order of arrival. */
export function logs(segments: OpenSegments, parameters: Parameters): LogPage {
  const limit = wholeNumber(parameters, 'limit', defaultLimit, maxLimit)
  const search = searchOf(parameters.q)
  const found = findLogs(segments, search, timeRange(parameters), placeOf(parameters.before), limit + 1)
  const page = found.rows.slice(0, limit)
  const last = page.at(-1)
  const next =
    found.rows.length > limit && last !== undefined ? `${last.us}.${last.segment}.${last.id}` : null
  // Arrival and time differ a little; within a page time counts.
  const shown = found.byArrival ? page.toSorted((a, b) => b.us - a.us || b.id - a.id) : page
  return { logs: shown.map(({ row }) => row), next }
}

function placeOf(before: string | undefined): Place | undefined {
  if (before === undefined || before === '') return undefined
  const found = /^(\d{1,16})\.(\d{1,9})\.(\d{1,15})$/.exec(before)
  if (found === null)
    throw storeError('invalid', `before=${shortText(before)} is no place; give the "next" of the page before`)
  return { us: Number(found[1]), segment: Number(found[2]), id: Number(found[3]) }
}

/** The newest lines that match, behind a place. */
export function findLogs(
  segments: OpenSegments,
  search: Search,
  range: TimeRange,
  before: Place | undefined,
  limit: number,
): { rows: Found[]; byArrival: boolean } {
  const rows: Found[] = []
  const all = segments.newestFirst()
  const source = logSource(all, search, range)
  const byArrival = source.match !== undefined
  for (const segment of all) {
    if (byArrival && rows.length >= limit) break
    if (!byArrival && !canHold(segment, rows[limit - 1])) continue
    rows.push(...find(segment, source, before, byArrival ? limit - rows.length : limit))
    if (!byArrival) rows.sort((a, b) => b.us - a.us || b.segment - a.segment || b.id - a.id)
    rows.splice(limit)
  }
  return { rows, byArrival }
}

/** Whether a segment can have lines newer than the last one that is wanted. */
function canHold(segment: OpenSegment, last: Found | undefined): boolean {
  if (last === undefined) return true
  const newest = segment.get<{ us: number | null }>('SELECT max(us) AS us FROM log')?.us ?? 0
  return newest >= last.us
}

function find(segment: OpenSegment, source: LogSource, before: Place | undefined, limit: number): Found[] {
  const behind =
    before === undefined ? everything : behindPlace(segment.number, before, source.match !== undefined)
  const sql = `SELECT ${logColumns} FROM ${source.from} ${logJoins} WHERE ${source.where} AND ${behind.where}
    ORDER BY ${source.newestFirst} LIMIT ?`
  const found = segment.arrays<LogColumns>(sql, ...source.parameters, ...behind.parameters, limit)
  return found.map((columns) => ({
    us: columns[1],
    segment: segment.number,
    id: columns[0],
    row: logRowOf(segment.number, columns),
  }))
}

type Condition = { where: string; parameters: SqlValue[] }

const everything: Condition = { where: 'TRUE', parameters: [] }

function behindPlace(segment: number, before: Place, byArrival: boolean): Condition {
  if (byArrival) {
    if (segment > before.segment) return { where: 'FALSE', parameters: [] }
    return segment < before.segment ? everything : { where: 'log.id < ?', parameters: [before.id] }
  }
  if (segment === before.segment)
    return { where: '(log.us, log.id) < (?, ?)', parameters: [before.us, before.id] }
  return { where: segment < before.segment ? 'log.us <= ?' : 'log.us < ?', parameters: [before.us] }
}
