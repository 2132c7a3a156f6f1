import type { LiveEvents, LogRow } from '../../../api/index.ts'

/** Rows that a live list keeps. */
export const maxTailRows = 2_000

/** What came since the list is live: `shown` and `waiting` are newest first. */
export type Tail = {
  shown: LogRow[]
  /** Came while the list was paused. */
  waiting: LogRow[]
  /** All that came while paused, also those of which `waiting` keeps no row. */
  waitingCount: number
  /** Came faster than the desk could send. */
  dropped: number
}

export const emptyTail: Tail = { shown: [], waiting: [], waitingCount: 0, dropped: 0 }

export function addArrived(tail: Tail, { logs, dropped }: LiveEvents['logs'], paused: boolean): Tail {
  const more = { ...tail, dropped: tail.dropped + dropped }
  if (!paused) return { ...more, shown: mergeRows(tail.shown, logs) }
  const waitingCount = tail.waitingCount + logs.length + dropped
  return { ...more, waiting: mergeRows(tail.waiting, logs), waitingCount }
}

/** Shows what waited. */
export function catchUp(tail: Tail): Tail {
  if (tail.waitingCount === 0) return tail
  return { ...tail, shown: mergeRows(tail.shown, tail.waiting), waiting: [], waitingCount: 0 }
}

/** Both lists as one: newest first, no line twice, at most {@link maxTailRows}. */
export function mergeRows(shown: readonly LogRow[], arrived: readonly LogRow[]): LogRow[] {
  const known = new Set(shown.map(({ ref }) => ref))
  const fresh = arrived.filter(({ ref }) => !known.has(ref))
  return [...fresh, ...shown].toSorted(newestFirst).slice(0, maxTailRows)
}

function newestFirst(a: LogRow, b: LogRow): number {
  return compareNumerals(b.timeUnixNano, a.timeUnixNano) || compareRefs(b.ref, a.ref)
}

/** Refs are `segment.number` in order of arrival. */
function compareRefs(a: string, b: string): number {
  const [aSegment = '', aNumber = ''] = a.split('.')
  const [bSegment = '', bNumber = ''] = b.split('.')
  return compareNumerals(aSegment, bSegment) || compareNumerals(aNumber, bNumber)
}

/** Of whole numbers in decimal, which may be beyond 2^53. */
function compareNumerals(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length
  return a < b ? -1 : Number(a > b)
}
