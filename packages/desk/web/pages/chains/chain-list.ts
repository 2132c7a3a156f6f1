import type { ChainPage, ChainSummary } from '../../../api/index.ts'
import { unixMsOf } from '../../format.ts'

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

/** What failed, as far as the name of the chain does not say it already; else empty. */
export function errorBesideName({ name, error }: Pick<ChainSummary, 'name' | 'error'>): string {
  return error === name ? '' : error
}

export function startList({ chains, next }: ChainPage): ChainList {
  return { chains, waiting: [], next }
}

/** The list with the page that follows it; a chain that is in both is shown once. */
export function addPage(list: ChainList, { chains, next }: ChainPage): ChainList {
  return {
    ...list,
    chains: [...list.chains, ...chains.filter((chain) => !isShown(list.chains, chain))],
    next,
  }
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
  const latest = latestOf(arrived)
  const changed = new Set<ChainSummary>()
  const shown = list.chains.flatMap((chain) => {
    const now = latest.find((one) => isSame(one, chain))
    if (now === undefined) return [chain]
    // Two rows that a link has joined since are one.
    if (changed.has(now)) return []
    changed.add(now)
    return [now]
  })
  const last = shown.at(-1)
  const compare = orders[order]
  const isWithin = (chain: ChainSummary): boolean =>
    list.next === null || last === undefined || compare(chain, last) < 0
  const waiting = latestOf([...list.waiting, ...latest])
  const fresh = waiting.filter((chain) => !changed.has(chain) && !isShown(shown, chain) && isWithin(chain))
  if (hold) return { ...list, chains: shown, waiting: fresh.toSorted(compare).slice(0, maxWaiting) }
  return { ...list, chains: [...shown, ...fresh].toSorted(compare), waiting: [] }
}

/** An earlier list brought up to date by the first page of now; the page alone when too much lies between them. */
export function resume(list: ChainList, page: ChainPage, order: ChainOrder): ChainList {
  const last = page.chains.at(-1)
  const meets = last !== undefined && isShown(list.chains, last)
  return meets ? arrive(list, page.chains, order, false) : startList(page)
}

/** Whether some chains did not begin on the day of `nowMs`, local: then all are shown with their day. */
export function spansDays(chains: readonly ChainSummary[], nowMs: number): boolean {
  const today = new Date(nowMs).toDateString()
  return chains.some(({ startUnixNano }) => new Date(unixMsOf(startUnixNano)).toDateString() !== today)
}

type Compare = (a: ChainSummary, b: ChainSummary) => number

/** As the desk sorts its pages. */
const orders: Record<ChainOrder, Compare> = {
  recent: (a, b) => compareNano(b.placeUnixNano, a.placeUnixNano) || byTrace(a, b),
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

/** Traces that a link joins are one row, which may have come by another of them. */
function isSame(one: ChainSummary, other: ChainSummary): boolean {
  return one.traces.includes(other.traceId) || other.traces.includes(one.traceId)
}

function isShown(chains: readonly ChainSummary[], chain: ChainSummary): boolean {
  return chains.some((one) => isSame(one, chain))
}

/** Each chain once, as it was told last. */
function latestOf(chains: readonly ChainSummary[]): ChainSummary[] {
  return chains.filter((chain, at) => !chains.slice(at + 1).some((later) => isSame(chain, later)))
}
