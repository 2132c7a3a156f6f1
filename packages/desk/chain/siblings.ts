import type { Draft } from './draft.ts'

/** The children of each node that has some, in order; those of −1 are the top nodes. */
export type Siblings = Map<number, number[]>

/** By kind of node: at one instant, notes come first, then spans, then what was said in them. */
const ranks = [1, 3, 2, 1, 1, 1, 0]

/** Orders children by their start. A wait stands directly before its span, whenever it began. */
export function orderSiblings(draft: Draft): Siblings {
  const { parent, waitOf } = draft
  const siblings: Siblings = new Map()
  const append = (node: number) => {
    if (!siblings.get(parent[node]!)?.push(node)) siblings.set(parent[node]!, [node])
  }
  const waits = new Set(waitOf.values())
  for (const node of inOrder(draft)) {
    if (waits.has(node)) continue
    const wait = waitOf.get(node)
    if (wait !== undefined) append(wait)
    append(node)
  }
  return siblings
}

function inOrder({ kind, start }: Draft): number[] {
  return Array.from(kind.keys()).sort(
    (a, b) => start[a]! - start[b]! || ranks[kind[a]!]! - ranks[kind[b]!]! || a - b,
  )
}
