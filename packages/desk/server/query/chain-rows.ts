import type { Search } from '@clew/search'
import { type KnownTraces, rowTraces } from './chain-traces.ts'
import { searchCondition } from './log-search.ts'
import type { OpenSegment } from './open-segments.ts'
import type { TimeRange } from './parameters.ts'

/** What a list of chains goes by, a column of `chain`. */
export type Order = { column: string; name: 'recent' | 'slow' }
export const recent: Order = { column: 'chain.us', name: 'recent' }
export const slow: Order = { column: 'chain.end_us - chain.us', name: 'slow' }

/** Where a trace stands in a list: by its start, or by its duration. */
export type Place = { value: number; us: number; traceId: string }

export const byPlace = (a: Place, b: Place): number =>
  b.value - a.value || (a.traceId === b.traceId ? 0 : a.traceId < b.traceId ? 1 : -1)

export type AskedRows = { search: Search; range: TimeRange; order: Order }

/**
 * Of the traces that are one row with this one, the first that is found in the order of the list: there the row stands. It is `found`
 * where the trace was found with it and no other comes before.
 */
export function placeOfRow(known: KnownTraces, found: Place, asked: AskedRows): Place {
  const { places, root } = placesOfRow(known, found, asked)
  const ofRoot = places.filter(({ traceId }) => traceId === root)
  const [first] = (ofRoot.length > 0 ? ofRoot : [found, ...places]).toSorted(byPlace)
  return first === undefined || byPlace(first, found) === 0 ? found : first
}

/** Where those of them that are found would stand by themselves; `root` as in {@link rowTraces}. */
export function placesOfRow(
  known: KnownTraces,
  found: Place,
  { search, range, order }: AskedRows,
): { places: Place[]; root?: string | undefined } {
  const { traces, root } = rowTraces(known, found.traceId)
  const members = traces.flatMap((traceId) => known.placesOf(traceId))
  if (members.length <= 1) return { places: [found] }
  const all = new Map<OpenSegment, number[]>()
  for (const { segment, id } of members) all.set(segment, [...(all.get(segment) ?? []), id])
  const places = [...all].flatMap(([segment, ids]) => {
    const { where, parameters } = searchCondition(segment, search, 'chain')
    const sql = `SELECT ${order.column}, chain.us, lower(hex(chain.trace)) FROM chain
      WHERE chain.id IN (SELECT value FROM json_each(?)) AND chain.us BETWEEN ? AND ? AND (${where})`
    return segment
      .arrays<[number, number, string]>(sql, JSON.stringify(ids), range.fromUs, range.toUs, ...parameters)
      .map(([value, us, traceId]): Place => ({ value, us, traceId }))
  })
  return { places, root }
}
