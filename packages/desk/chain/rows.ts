import { lowestSeverity } from '@clew/otlp/severity'
import { eventKind, groupKind, logKind } from './draft.ts'
import type { Chain, ChainView } from './model.ts'

/**
 * The nodes that a view shows, in order. A closed group still shows its members that failed or warned.
 * Linear in the number of nodes that are not below a closed one.
 */
export function visibleRows(chain: Chain, view: ChainView): Int32Array {
  const { count, kind, end, parent } = chain
  const rows = new Int32Array(count)
  let length = 0
  for (let node = 0; node < count; ) {
    const above = parent[node]!
    if (above >= 0 && kind[above] === groupKind && !isWorthShowing(chain, view, node, above)) {
      node = end[node]!
      continue
    }
    if (isShown(chain, view, node)) rows[length++] = node
    const isClosed = end[node]! > node + 1 && kind[node] !== groupKind && view.closed.has(node)
    node = isClosed ? end[node]! : node + 1
  }
  return rows.slice(0, length)
}

function isWorthShowing(chain: Chain, view: ChainView, node: number, group: number): boolean {
  return !view.grouped || view.openGroups.has(group) || chain.worst[node]! >= lowestSeverity.warn
}

function isShown(chain: Chain, view: ChainView, node: number): boolean {
  switch (chain.kind[node]) {
    case logKind:
      return view.showLogs && isSevereEnough(chain, view, node)
    case eventKind:
      return view.showEvents
    case groupKind:
      return view.grouped
    default:
      return true
  }
}

/** Of a node that is a line, whether the view's severity lets it pass. */
export function isSevereEnough({ data, source }: Chain, view: ChainView, node: number): boolean {
  return (data.logs.severity[source[node]!] || lowestSeverity.info) >= view.minSeverity
}

/** Whether the rows below a node are shown. */
export function isOpen({ kind }: Chain, view: ChainView, node: number): boolean {
  return kind[node] === groupKind ? view.openGroups.has(node) : !view.closed.has(node)
}

/** Where a node is in `rows`; −1: the view hides it. */
export function rowOf(rows: Int32Array, node: number): number {
  const place = lowerBound(rows, node)
  return rows[place] === node ? place : -1
}

/** The row of a node, or of the nearest row above it when the view hides it; −1: there is none. */
export function nearestRow(chain: Chain, rows: Int32Array, node: number): number {
  for (let above = node; above >= 0; above = chain.parent[above]!) {
    const row = rowOf(rows, above)
    if (row >= 0) return row
  }
  return -1
}

function lowerBound(rows: Int32Array, node: number): number {
  let from = 0
  let to = rows.length
  while (from < to) {
    const middle = (from + to) >> 1
    if (rows[middle]! < node) from = middle + 1
    else to = middle
  }
  return from
}

/** The node under which a view shows this one; −1: at the top. */
export function parentOf({ parent, kind }: Chain, view: ChainView, node: number): number {
  let above = parent[node]!
  while (!view.grouped && above >= 0 && kind[above] === groupKind) above = parent[above]!
  return above
}

/** How far a view indents a node, 0 at the top. */
export function levelOf({ depth, groupsAbove }: Chain, view: ChainView, node: number): number {
  return view.grouped ? depth[node]! : depth[node]! - groupsAbove[node]!
}

/** The view in which all nodes above this one are open. */
export function reveal(chain: Chain, view: ChainView, node: number): ChainView {
  const closed = new Set(view.closed)
  const openGroups = new Set(view.openGroups)
  for (let above = chain.parent[node]!; above >= 0; above = chain.parent[above]!) {
    closed.delete(above)
    if (chain.kind[above] === groupKind) openGroups.add(above)
  }
  return { ...view, closed, openGroups }
}

/** The next failed span or ERROR line after a node, or with −1 before it, round the end; −1: nothing failed. */
export function nextError({ errors }: Chain, node: number, direction: 1 | -1): number {
  return nextOf(errors.all, node, direction)
}

/** The next of some nodes that are in order, round the end: matches of a search, for example. */
export function nextOf(nodes: Int32Array, node: number, direction: 1 | -1): number {
  if (nodes.length === 0) return -1
  const place = lowerBound(nodes, node)
  const next = direction < 0 ? place - 1 : nodes[place] === node ? place + 1 : place
  return nodes.at(next % nodes.length)!
}

/** Instants and severities of lines, in the order of their rows. */
export type Ticks = { at: number[]; severity: number[] }

/**
 * Lines that a view hides and that a node's bar marks instead: of an open node its own ones that are filtered out,
 * of a closed node all below it.
 */
export function ticksOf(chain: Chain, view: ChainView, node: number): Ticks {
  const ticks: Ticks = { at: [], severity: [] }
  const open = isOpen(chain, view, node)
  const { kind, end, start, source, data } = chain
  for (let below = node + 1; below < end[node]!; below = open ? end[below]! : below + 1) {
    if (kind[below] !== logKind) continue
    if (open && view.showLogs && isSevereEnough(chain, view, below)) continue
    ticks.at.push(start[below]!)
    ticks.severity.push(data.logs.severity[source[below]!]!)
  }
  return ticks
}
