import { shortText } from '@clew/otlp/text'
import type { LogTail, WholeLog, WholeLogPage } from '../../api/logs.ts'
import { storeError } from '../schema/store-error.ts'
import { readLog } from './details.ts'
import { searchCondition } from './log-search.ts'
import { logs } from './logs.ts'
import type { OpenSegment, OpenSegments } from './open-segments.ts'
import { type Parameters, refOf, searchOf, timeRange, wholeNumber } from './parameters.ts'
import { logsGoOn } from './stop.ts'

/** Characters of lines after which a page ends: what one line may have comes on top. */
const maxLength = 4_000_000

/** `GET /api/logs/whole` */
export function wholeLogs(segments: OpenSegments, parameters: Parameters): WholeLogPage {
  const page = logs(segments, parameters)
  const taken = createTaken(segments)
  for (const { ref, timeUnixNano } of page.logs) {
    taken.add(ref)
    const isLast = taken.lines.length === page.logs.length
    if (taken.isLong() && !isLast) {
      const next = `${timeUnixNano.slice(0, -3)}.${ref}`
      return { logs: taken.lines, next, searchedToUnixMs: null }
    }
  }
  return { ...page, logs: taken.lines }
}

/** The whole lines of a page so far. */
function createTaken(segments: OpenSegments): {
  lines: WholeLog[]
  add(ref: string): void
  isLong(): boolean
} {
  const lines: WholeLog[] = []
  let length = 0
  return {
    lines,
    add(ref) {
      const { text: _, fields: __, ...line } = readLog(segments, refOf({ ref }))
      lines.push(line)
      length += JSON.stringify([line.body, line.attributes]).length
    },
    isLong: () => length > maxLength,
  }
}

const defaultLimit = 200
const maxLimit = 2000
/** Lines that are looked at between two looks at the clock. */
const idsPerStep = 16_384
/** After this a page ends where it is, whether it has a line or not. */
const enoughMs = 1000

/** Behind a line in the order in which they came. `bornMs`: when the first line of that segment did, 0 before it has one. */
type Place = { segment: number; id: number; bornMs: number }

/** `GET /api/logs/tail` */
export function logTail(segments: OpenSegments, parameters: Parameters): LogTail {
  const limit = wholeNumber(parameters, 'limit', defaultLimit, maxLimit)
  const search = searchOf(parameters.q)
  const { fromUs, toUs } = timeRange(parameters)
  const all = segments.newestFirst().toReversed()
  if (!parameters.after) return { logs: [], next: endOf(all), more: false }
  let { segment: at, id } = startOf(all, parameters.after)
  const taken = createTaken(segments)
  const endMs = performance.now() + enoughMs
  for (const segment of all.filter(({ number }) => number >= at)) {
    if (segment.number > at) [at, id] = [segment.number, 0]
    const { where, parameters: values } = searchCondition(segment, search, 'log')
    const sql = `SELECT log.id FROM log WHERE log.id BETWEEN ? AND ? AND ${logsGoOn} AND log.us BETWEEN ? AND ? AND (${where})
      ORDER BY log.id LIMIT ?`
    for (const last = lastId(segment); id < last; ) {
      const to = Math.min(last, id + idsPerStep)
      const wanted = limit - taken.lines.length
      const found = segment.arrays<[number]>(sql, id + 1, to, fromUs, toUs, ...values, wanted)
      const ids = found.map(([one]) => one)
      while (ids.length > 0 && !taken.isLong()) {
        id = ids.shift()!
        taken.add(`${segment.number}.${id}`)
      }
      const isFull = taken.lines.length >= limit || taken.isLong()
      if (!isFull) id = to
      if (isFull || performance.now() > endMs)
        return { logs: taken.lines, next: formatPlace(segment, id), more: true }
    }
  }
  const last = all.findLast(({ number }) => number === at)
  return { logs: taken.lines, next: last ? formatPlace(last, id) : endOf(all), more: false }
}

function endOf(all: readonly OpenSegment[]): string {
  const newest = all.at(-1)
  return newest === undefined ? 'start' : formatPlace(newest, lastId(newest))
}

function lastId(segment: OpenSegment): number {
  return segment.arrays<[number | null]>('SELECT max(id) FROM log')[0]?.[0] ?? 0
}

function formatPlace(segment: OpenSegment, id: number): string {
  return `${segment.number}.${id}.${bornMsOf(segment)}`
}

function bornMsOf(segment: OpenSegment): number {
  if (!segment.hasArrivals) return 0
  return segment.arrays<[number]>('SELECT ms FROM arrival ORDER BY first LIMIT 1')[0]?.[0] ?? 0
}

const beginning: Place = { segment: 0, id: 0, bornMs: 0 }

/**
 * Where a place is now. Numbers of segments only grow: a place in one that is gone goes on behind it, and a store that has none so
 * high, or another segment of that number, is another store, of which nothing has been seen.
 */
function startOf(all: readonly OpenSegment[], after: string): Place {
  const place = parsePlace(after)
  if (all.every(({ number }) => number < place.segment)) return beginning
  const same = all.find(({ number }) => number === place.segment)
  const isOther = same !== undefined && place.id > 0 && bornMsOf(same) !== place.bornMs
  return isOther ? beginning : place
}

function parsePlace(after: string): Place {
  if (after === 'start') return beginning
  const found = /^(\d{1,9})\.(\d{1,15})\.(\d{1,15})$/.exec(after)
  if (found === null)
    throw storeError(
      'invalid',
      `after=${shortText(after)} is no place; give the "next" of the answer before, or start`,
    )
  return { segment: Number(found[1]), id: Number(found[2]), bornMs: Number(found[3]) }
}
