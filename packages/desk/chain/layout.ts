import { type Draft, eventKind, groupKind, logKind, spanKind } from './draft.ts'
import type { Chain } from './model.ts'
import type { Siblings } from './siblings.ts'

/** What the nodes are and where they stand. */
export type Layout = Omit<Chain, 'data' | 'skews' | 'clocksCorrected' | 'errors' | 'critical' | 'worst'>

/** Numbers the nodes as they are shown: each one before its children. */
export function layOut(draft: Draft, siblings: Siblings): Layout {
  const order = shownOrder(draft, siblings)
  const placeOf = new Int32Array(order.length)
  for (let node = 0; node < order.length; node++) placeOf[order[node]!] = node
  const parent = pick(draft.parent, order, Int32Array).map((above) => (above < 0 ? -1 : placeOf[above]!))
  const kind = pick(draft.kind, order, Uint8Array)
  const source = pick(draft.source, order, Int32Array)
  const start = pick(draft.start, order, Float64Array)
  const duration = pick(draft.duration, order, Float64Array)
  const placesOf = (one: number) => {
    const places = new Int32Array(kind.reduce((count, each) => count + (each === one ? 1 : 0), 0))
    for (let node = 0; node < kind.length; node++) if (kind[node] === one) places[source[node]!] = node
    return places
  }
  return {
    count: order.length,
    ...extentOf(start, duration),
    kind,
    source,
    parent,
    end: endsOf(parent),
    ...depthsOf(parent, kind),
    start,
    duration,
    flags: pick(draft.flags, order, Uint8Array),
    facts: draft.facts,
    nodeOfSpan: placesOf(spanKind),
    nodeOfLog: placesOf(logKind),
    nodeOfEvent: placesOf(eventKind),
    groups: draft.groups,
    lost: draft.lost,
    notes: draft.notes,
  }
}

/** A column in the order of the rows. `TypedArray.from` with a function takes ten times as long. */
function pick<Column extends Int32Array | Float64Array | Uint8Array>(
  values: readonly number[],
  order: Int32Array,
  Column: new (length: number) => Column,
): Column {
  const column = new Column(order.length)
  for (let node = 0; node < order.length; node++) column[node] = values[order[node]!]!
  return column
}

function shownOrder({ kind }: Draft, siblings: Siblings): Int32Array {
  const order = new Int32Array(kind.length)
  const waiting = siblings.get(-1)?.toReversed() ?? []
  for (let length = 0; waiting.length > 0; length++) {
    const node = waiting.pop()!
    order[length] = node
    const children = siblings.get(node)
    for (let index = (children?.length ?? 0) - 1; index >= 0; index--) waiting.push(children![index]!)
  }
  return order
}

export function extentOf(
  start: ArrayLike<number>,
  duration: ArrayLike<number>,
): { startNs: number; endNs: number } {
  if (start.length === 0) return { startNs: 0, endNs: 0 }
  let startNs = Number.POSITIVE_INFINITY
  let endNs = Number.NEGATIVE_INFINITY
  for (let node = 0; node < start.length; node++) {
    startNs = Math.min(startNs, start[node]!)
    endNs = Math.max(endNs, start[node]! + duration[node]!)
  }
  return { startNs, endNs }
}

function endsOf(parent: Int32Array): Int32Array {
  const end = parent.map((_, node) => node + 1)
  for (let node = end.length - 1; node >= 0; node--) {
    const above = parent[node]!
    if (above >= 0 && end[above]! < end[node]!) end[above] = end[node]!
  }
  return end
}

function depthsOf(parent: Int32Array, kind: Uint8Array): { depth: Int32Array; groupsAbove: Int32Array } {
  const depth = new Int32Array(parent.length)
  const groupsAbove = new Int32Array(parent.length)
  for (let node = 0; node < parent.length; node++) {
    const above = parent[node]!
    if (above < 0) continue
    depth[node] = depth[above]! + 1
    groupsAbove[node] = groupsAbove[above]! + (kind[above] === groupKind ? 1 : 0)
  }
  return { depth, groupsAbove }
}
