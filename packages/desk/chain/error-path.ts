import { lowestSeverity } from '@clew/otlp/severity'
import { logKind, spanKind, wait } from './draft.ts'
import type { Layout } from './layout.ts'
import { type Chain, type ErrorPath, nodeFlags, statusError } from './model.ts'

const exception = 'exception'

/** Highest severity at and below each node. A wait has that of its span, so that both stay together. */
export function worstOf(layout: Layout, data: Chain['data']): Uint8Array {
  const { count, kind, source, parent } = layout
  const worst = new Uint8Array(count)
  for (let node = count - 1; node >= 0; node--) {
    const own = kind[node] === wait ? worst[node + 1]! : ownSeverity(data, kind[node]!, source[node]!)
    if (own > worst[node]!) worst[node] = own
    const above = parent[node]!
    if (above >= 0 && worst[above]! < worst[node]!) worst[above] = worst[node]!
  }
  return worst
}

function ownSeverity({ spans, logs }: Chain['data'], kind: number, source: number): number {
  if (kind === spanKind) return spans.status[source] === statusError ? lowestSeverity.error : 0
  return kind === logKind ? logs.severity[source]! : 0
}

/** Finds what failed, and flags the failed spans and the way from the top to the root cause. */
export function traceErrors(layout: Layout, data: Chain['data']): ErrorPath {
  const { count, kind, source, flags, parent } = layout
  const failed: number[] = []
  const all: number[] = []
  let rootCause = -1
  for (let node = 0; node < count; node++) {
    if (ownSeverity(data, kind[node]!, source[node]!) < lowestSeverity.error) continue
    all.push(node)
    if (kind[node] !== spanKind) continue
    failed.push(node)
    flags[node]! |= nodeFlags.failed
    if (rootCause < 0 || isDeeperOrEarlier(layout, node, rootCause)) rootCause = node
  }
  for (let node = rootCause; node >= 0; node = parent[node]!) flags[node]! |= nodeFlags.errorPath
  return {
    rootCause,
    failed: Int32Array.from(failed),
    all: Int32Array.from(all),
    first: firstOf(layout, data),
  }
}

function isDeeperOrEarlier({ depth, groupsAbove, start }: Layout, node: number, than: number): boolean {
  const level = (one: number) => depth[one]! - groupsAbove[one]!
  return level(node) === level(than) ? start[node]! < start[than]! : level(node) > level(than)
}

function firstOf({ nodeOfLog, nodeOfEvent, start }: Layout, { logs, events, texts }: Chain['data']): number {
  const earliest = (nodes: Int32Array, isError: (source: number) => boolean) => {
    let first = -1
    for (let source = 0; source < nodes.length; source++)
      if (isError(source) && (first < 0 || start[nodes[source]!]! < start[first]!)) first = nodes[source]!
    return first
  }
  const line = earliest(nodeOfLog, (log) => logs.severity[log]! >= lowestSeverity.error)
  return line >= 0 ? line : earliest(nodeOfEvent, (event) => texts[events.name[event]!] === exception)
}
