import { shortText } from '@clew/otlp/text'
import { partsOf, type Search } from '@clew/search'
import type { ChainPage, ChainSummary } from '../../api/chains.ts'
import { storeError } from '../schema/store-error.ts'
import { type AskedRows, byPlace, type Order, type Place, placeOfRow, recent, slow } from './chain-rows.ts'
import { startBudget, summarizeChain } from './chain-summary.ts'
import { knowTraces } from './chain-traces.ts'
import { searchCondition } from './log-search.ts'
import type { OpenSegment, OpenSegments } from './open-segments.ts'
import { type Parameters, searchOf, timeRange, wholeNumber } from './parameters.ts'
import { chainsGoOn, untilTimeIsOver } from './stop.ts'

const defaultLimit = 50
const maxLimit = 200
/** Traces that are looked at for one page, where many are no row of their own; the page is shorter then and `next` goes on. */
const maxLooked = 2000

/** Where a page ended. */
type Before = Pick<Place, 'value' | 'traceId'>

/** `GET /api/chains` */
export function chains(segments: OpenSegments, parameters: Parameters): ChainPage {
  const limit = wholeNumber(parameters, 'limit', defaultLimit, maxLimit)
  const asked = {
    search: searchOf(parameters.q),
    range: timeRange(parameters),
    order: orderOf(parameters.order),
  }
  const known = knowTraces(segments)
  const budget = startBudget()
  const summary = (place: Place): ChainSummary | undefined => {
    const row = summarizeChain(known, place.traceId, place.us, budget)
    return lastsAsLong(row, asked.search) ? row : undefined
  }
  const rows: ChainSummary[] = []
  let last = placeOf(parameters.before)
  for (let looked = 0; looked < maxLooked; ) {
    const found = findChains(segments, asked, last, limit + 1)
    known.lookUp(found.map(({ traceId }) => traceId))
    for (const place of found) {
      looked++
      const row = placeOfRow(known, place, asked) === place ? summary(place) : undefined
      if (row !== undefined && rows.length === limit) return pageOf(rows, asked.order, last)
      if (row !== undefined) rows.push(row)
      last = place
    }
    if (found.length <= limit) return pageOf(rows, asked.order, undefined)
  }
  return pageOf(rows, asked.order, last)
}

function pageOf(rows: ChainSummary[], { name }: Order, last: Before | undefined): ChainPage {
  const next = last === undefined ? null : `${last.value}.${last.traceId}`
  // The store orders traces by their durations as sent.
  const sorted = name === 'slow' ? rows.toSorted((a, b) => b.durationNs - a.durationNs) : rows
  return { chains: sorted, next }
}

/** A chain that was found by its duration as sent may be shorter once clocks are corrected. */
function lastsAsLong({ durationNs, isRough }: ChainSummary, search: Search): boolean {
  return (
    isRough === true ||
    partsOf(search).every(
      (part) => part.kind !== 'duration' || !part.compare.startsWith('>') || durationNs / 1000 >= part.us,
    )
  )
}

function orderOf(name = 'recent'): Order {
  const order = [recent, slow].find((one) => one.name === name)
  if (order === undefined) throw storeError('invalid', `order=${shortText(name)}: write recent or slow`)
  return order
}

function placeOf(before: string | undefined): Before | undefined {
  if (before === undefined || before === '') return undefined
  const found = /^(\d{1,16})\.([0-9a-f]{32})$/.exec(before)
  if (found === null)
    throw storeError('invalid', `before=${shortText(before)} is no place; give the "next" of the page before`)
  return { value: Number(found[1]), traceId: found[2]! }
}

function findChains(
  segments: OpenSegments,
  asked: AskedRows,
  before: Before | undefined,
  limit: number,
): Place[] {
  const found = new Map<string, Place>()
  let least = Number.NEGATIVE_INFINITY
  const all = segments.newestFirst()
  for (const [index, segment] of all.entries()) {
    if (asked.order.name === 'recent' && newestOf(segment) < least) continue
    const rows = untilTimeIsOver(
      () => find(segment, asked, before, limit),
      `${index} of ${all.length} files were searched`,
    )
    for (const one of rows) {
      // A trace that goes on in another segment is listed once.
      const other = found.get(one.traceId)
      if (other === undefined || byPlace(one, other) < 0) found.set(one.traceId, one)
    }
    const sorted = [...found.values()].sort(byPlace)
    least = sorted[limit - 1]?.value ?? least
    for (const { traceId } of sorted.slice(limit)) found.delete(traceId)
  }
  return [...found.values()].sort(byPlace)
}

function newestOf(segment: OpenSegment): number {
  return segment.get<{ us: number | null }>('SELECT max(us) AS us FROM chain')?.us ?? 0
}

function find(
  segment: OpenSegment,
  { search, range: { fromUs, toUs }, order: { column } }: AskedRows,
  before: Before | undefined,
  limit: number,
): Place[] {
  const { where, parameters } = searchCondition(segment, search, 'chain')
  const behind = before === undefined ? 'TRUE' : `(${column}, chain.trace) < (?, ?)`
  const place = before === undefined ? [] : [before.value, Buffer.from(before.traceId, 'hex')]
  const sql = `SELECT ${column}, chain.us, lower(hex(chain.trace)) FROM chain
    WHERE chain.us BETWEEN ? AND ? AND ${chainsGoOn} AND (${where}) AND ${behind} ORDER BY ${column} DESC, chain.trace DESC LIMIT ?`
  const rows = segment.arrays<[number, number, string]>(sql, fromUs, toUs, ...parameters, ...place, limit)
  return rows.map(([value, us, traceId]) => ({ value, us, traceId }))
}
