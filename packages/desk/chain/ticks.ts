import { logKind } from './draft.ts'
import type { Chain, ChainView } from './model.ts'
import { isOpen, isSevereEnough } from './rows.ts'

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
