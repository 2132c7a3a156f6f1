import { type Draft, lostKind } from './draft.ts'
import { nodeFlags } from './model.ts'

/** Lets spans that still run last until the end of the chain. */
export function endRunning(draft: Draft): void {
  const { start, duration, flags } = draft
  let endNs = Number.NEGATIVE_INFINITY
  for (let node = 0; node < start.length; node++)
    if (draft.kind[node] !== lostKind) endNs = Math.max(endNs, start[node]! + Math.max(0, duration[node]!))
  for (let span = 0; span < draft.spanCount; span++) {
    if (duration[span] !== -1) continue
    duration[span] = Math.max(0, endNs - start[span]!)
    flags[span]! |= nodeFlags.running
  }
}

/** A span that never came lasts at least from the first to the last of what lies in it. */
export function timeLost(draft: Draft): void {
  const { kind, parent, start, duration } = draft
  const from = new Map<number, number>()
  const to = new Map<number, number>()
  for (let node = 0; node < kind.length; node++) {
    const above = parent[node]!
    if (above < 0 || kind[above] !== lostKind) continue
    from.set(above, Math.min(start[node]!, from.get(above) ?? Number.POSITIVE_INFINITY))
    to.set(above, Math.max(start[node]! + duration[node]!, to.get(above) ?? Number.NEGATIVE_INFINITY))
  }
  for (const [node, startNs] of from) {
    start[node] = startNs
    duration[node] = to.get(node)! - startNs
  }
}
