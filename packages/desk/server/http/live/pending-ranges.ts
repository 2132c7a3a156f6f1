import type { Commit, Range } from '../../threads/store.ts'

export type RecordKind = 'logs' | 'spans'

/** What a client has not been sent yet: refs of records, a range for each segment. It does not grow with their number. */
export type PendingRanges = Record<RecordKind, Map<number, Range>>

export function noRanges(): PendingRanges {
  return { logs: new Map(), spans: new Map() }
}

export function addCommit(ranges: PendingRanges, commit: Commit): void {
  for (const kind of ['logs', 'spans'] as const) {
    const added = commit[kind]
    if (added === undefined) continue
    const before = ranges[kind].get(added.segment)
    const first = Math.min(added.first, before?.first ?? added.first)
    const last = Math.max(added.last, before?.last ?? added.last)
    ranges[kind].set(added.segment, { segment: added.segment, first, last })
  }
}

/** Takes all ranges of a kind out, oldest segment first. */
export function takeRanges(ranges: PendingRanges, kind: RecordKind): Range[] {
  const taken = [...ranges[kind].values()].sort((a, b) => a.segment - b.segment)
  ranges[kind].clear()
  return taken
}

/** A place behind a record of each kind; the `id:` of an event. Nothing yet: segment −1. */
export type Cursor = Record<RecordKind, { segment: number; last: number }>

export function formatCursor({ logs, spans }: Cursor): string {
  return [logs.segment, logs.last, spans.segment, spans.last].join('.')
}

/** Reads a `Last-Event-ID`. Returns undefined when it is none of ours. */
export function parseCursor(text: string | undefined): Cursor | undefined {
  const match = /^(-?\d{1,15})\.(\d{1,15})\.(-?\d{1,15})\.(\d{1,15})$/.exec(text ?? '')
  if (match === null) return undefined
  const [logSegment, log, spanSegment, span] = match.slice(1).map(Number)
  return {
    logs: { segment: logSegment!, last: log! },
    spans: { segment: spanSegment!, last: span! },
  }
}

/** The place behind all that `ranges` have. */
export function endOf(ranges: PendingRanges): Cursor {
  const lastOf = (kind: RecordKind): Cursor[RecordKind] => {
    const newest = [...ranges[kind].values()].toSorted((a, b) => a.segment - b.segment).at(-1)
    return newest === undefined ? { segment: -1, last: 0 } : { segment: newest.segment, last: newest.last }
  }
  return { logs: lastOf('logs'), spans: lastOf('spans') }
}

/** What of `ranges` lies behind a cursor. */
export function rangesBehind(ranges: PendingRanges, cursor: Cursor): PendingRanges {
  const behind = noRanges()
  for (const kind of ['logs', 'spans'] as const) {
    for (const range of ranges[kind].values()) {
      const { segment, last } = cursor[kind]
      if (range.segment < segment) continue
      const first = range.segment === segment ? Math.max(range.first, last + 1) : range.first
      if (first <= range.last) behind[kind].set(range.segment, { ...range, first })
    }
  }
  return behind
}
