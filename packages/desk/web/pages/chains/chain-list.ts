import type { ChainPage, ChainSummary } from '../../../api/index.ts'

export type ChainOrder = 'recent' | 'slow'

/** The chains that are shown, in order; those that came while the reader was elsewhere in the list; where the next page begins. */
export type ChainList = {
  chains: readonly ChainSummary[]
  waiting: readonly ChainSummary[]
  next: string | null
}

/** Beyond so many the list is asked for anew, so that a page that stays open for days stays small. */
export const maxShown = 2_000
/** What waits beyond this is forgotten: the list is asked for anew when the reader wants to see it. */
export const maxWaiting = 200

export function startList({ chains, next }: ChainPage): ChainList {
  return { chains, waiting: [], next }
}

/** The list with the page that follows it; a chain that is in both is shown once. */
export function addPage(list: ChainList, { chains, next }: ChainPage): ChainList {
  const known = idsOf(list.chains)
  return { ...list, chains: [...list.chains, ...chains.filter(({ traceId }) => !known.has(traceId))], next }
}

/**
 * The list after chains have come or changed. One that is shown changes where it stands; a new one goes to its place, or
 * waits when `hold` is true. What would stand behind the last row comes with a later page.
 */
export function arrive(
  list: ChainList,
  arrived: readonly ChainSummary[],
  order: ChainOrder,
  hold: boolean,
): ChainList {
  const latest = new Map(arrived.map((chain) => [chain.traceId, chain]))
  const shown = list.chains.map((chain) => latest.get(chain.traceId) ?? chain)
  const known = idsOf(shown)
  const last = shown.at(-1)
  const compare = orders[order]
  const isWithin = (chain: ChainSummary): boolean =>
    list.next === null || last === undefined || compare(chain, last) < 0
  const waiting = new Map([...list.waiting, ...latest.values()].map((chain) => [chain.traceId, chain]))
  const fresh = [...waiting.values()].filter((chain) => !known.has(chain.traceId) && isWithin(chain))
  if (hold) return { ...list, chains: shown, waiting: fresh.toSorted(compare).slice(0, maxWaiting) }
  return { ...list, chains: [...shown, ...fresh].toSorted(compare), waiting: [] }
}

/** An earlier list brought up to date by the first page of now; the page alone when too much lies between them. */
export function resume(list: ChainList, page: ChainPage, order: ChainOrder): ChainList {
  const last = page.chains.at(-1)
  const meets = last !== undefined && idsOf(list.chains).has(last.traceId)
  return meets ? arrive(list, page.chains, order, false) : startList(page)
}

type Compare = (a: ChainSummary, b: ChainSummary) => number

/** As the desk sorts its pages. */
const orders: Record<ChainOrder, Compare> = {
  recent: (a, b) => compareNano(b.startUnixNano, a.startUnixNano) || byTrace(a, b),
  slow: (a, b) => b.durationNs - a.durationNs || byTrace(a, b),
}

function byTrace(a: ChainSummary, b: ChainSummary): number {
  return a.traceId < b.traceId ? 1 : -1
}

/** Decimal numbers that are too large for a double. */
function compareNano(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length
  return a === b ? 0 : a < b ? -1 : 1
}

function idsOf(chains: readonly ChainSummary[]): Set<string> {
  return new Set(chains.map(({ traceId }) => traceId))
}
