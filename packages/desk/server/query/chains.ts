import { shortText } from '@clew/otlp/text'
import type { Search } from '@clew/search'
import type { ChainPage } from '../../api/chains.ts'
import { storeError } from '../schema/store-error.ts'
import { summarizeChain } from './chain-summary.ts'
import { searchCondition } from './log-search.ts'
import type { OpenSegment, OpenSegments } from './open-segments.ts'
import { type Parameters, searchOf, type TimeRange, timeRange, wholeNumber } from './parameters.ts'
import { chainsGoOn, untilTimeIsOver } from './stop.ts'

const defaultLimit = 50
const maxLimit = 200

/** Where a page ended: by start, or by duration. */
type Place = { value: number; traceId: string }
type Found = Place

type Order = { column: string; name: 'recent' | 'slow' }

const orders: Record<string, Order> = {
  recent: { column: 'chain.us', name: 'recent' },
  slow: { column: 'chain.end_us - chain.us', name: 'slow' },
}

/** `GET /api/chains` */
export function chains(segments: OpenSegments, parameters: Parameters): ChainPage {
  const limit = wholeNumber(parameters, 'limit', defaultLimit, maxLimit)
  const found = findChains(
    segments,
    searchOf(parameters.q),
    timeRange(parameters),
    orderOf(parameters.order),
    placeOf(parameters.before),
    limit + 1,
  )
  const page = found.slice(0, limit)
  const last = page.at(-1)
  const next = found.length > limit && last !== undefined ? `${last.value}.${last.traceId}` : null
  return { chains: page.flatMap(({ traceId }) => summarizeChain(segments, traceId) ?? []), next }
}

function orderOf(name = 'recent'): Order {
  const order = Object.hasOwn(orders, name) ? orders[name] : undefined
  if (order === undefined) throw storeError('invalid', `order=${shortText(name)}: write recent or slow`)
  return order
}

function placeOf(before: string | undefined): Place | undefined {
  if (before === undefined || before === '') return undefined
  const found = /^(\d{1,16})\.([0-9a-f]{32})$/.exec(before)
  if (found === null)
    throw storeError('invalid', `before=${shortText(before)} is no place; give the "next" of the page before`)
  return { value: Number(found[1]), traceId: found[2]! }
}

function findChains(
  segments: OpenSegments,
  search: Search,
  range: TimeRange,
  order: Order,
  before: Place | undefined,
  limit: number,
): Found[] {
  const found = new Map<string, Found>()
  let least = Number.NEGATIVE_INFINITY
  const all = segments.newestFirst()
  for (const [index, segment] of all.entries()) {
    if (order.name === 'recent' && newestOf(segment) < least) continue
    const rows = untilTimeIsOver(
      () => find(segment, search, range, order, before, limit),
      `${index} of ${all.length} files were searched`,
    )
    for (const one of rows) {
      // A trace that goes on in a newer segment is listed once.
      if (!found.has(one.traceId)) found.set(one.traceId, one)
    }
    const sorted = [...found.values()].sort((a, b) => b.value - a.value || (a.traceId < b.traceId ? 1 : -1))
    least = sorted[limit - 1]?.value ?? least
    for (const { traceId } of sorted.slice(limit)) found.delete(traceId)
  }
  return [...found.values()].sort((a, b) => b.value - a.value || (a.traceId < b.traceId ? 1 : -1))
}

function newestOf(segment: OpenSegment): number {
  return segment.get<{ us: number | null }>('SELECT max(us) AS us FROM chain')?.us ?? 0
}

function find(
  segment: OpenSegment,
  search: Search,
  { fromUs, toUs }: TimeRange,
  { column }: Order,
  before: Place | undefined,
  limit: number,
): Found[] {
  const { where, parameters } = searchCondition(segment, search, 'chain')
  const behind = before === undefined ? 'TRUE' : `(${column}, chain.trace) < (?, ?)`
  const place = before === undefined ? [] : [before.value, Buffer.from(before.traceId, 'hex')]
  const sql = `SELECT ${column}, lower(hex(chain.trace)) FROM chain
    WHERE chain.us BETWEEN ? AND ? AND ${chainsGoOn} AND (${where}) AND ${behind} ORDER BY ${column} DESC, chain.trace DESC LIMIT ?`
  const rows = segment.arrays<[number, string]>(sql, fromUs, toUs, ...parameters, ...place, limit)
  return rows.map(([value, traceId]) => ({ value, traceId }))
}
