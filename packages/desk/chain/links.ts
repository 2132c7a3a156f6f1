import type { ChainLink } from '../api/chain.ts'
import { addNode, type Draft, topDown } from './draft.ts'
import { nodeFlags } from './model.ts'

/**
 * Puts each trace that a link joins below the span that caused it. The result does not depend on which trace was
 * asked for. A trace stands below one cause, the nearest in time; other causes, those that are not here, and those that
 * would close a circle become notes of the span.
 */
export function joinLinks(draft: Draft): void {
  const { links } = draft.data
  const tops = topsOf(draft)
  const joined = new Int32Array(tops.length).map((_, node) => node)
  const notes = new Map<string, number[]>()
  for (const index of linksInOrder(draft)) {
    const { from, to } = links[index]!
    const top = tops[from]!
    if (to >= 0 && tops[to] === top) continue
    if (to >= 0 && !isLinked(draft, top) && findTop(joined, tops[to]!) !== top) {
      draft.parent[top] = to
      draft.flags[top]! |= nodeFlags.linked
      joined[top] = tops[to]!
    } else {
      const key = `${from} ${to < 0}`
      if (!notes.get(key)?.push(index)) notes.set(key, [index])
    }
  }
  for (const ofSpan of notes.values()) addNote(draft, ofSpan)
}

function isLinked(draft: Draft, node: number): boolean {
  return (draft.flags[node]! & nodeFlags.linked) !== 0
}

/** The top node of each node's own trace. */
function topsOf(draft: Draft): Int32Array {
  const tops = new Int32Array(draft.parent.length)
  for (const node of topDown(draft)) tops[node] = draft.parent[node]! < 0 ? node : tops[draft.parent[node]!]!
  return tops
}

function findTop(joined: Int32Array, node: number): number {
  let top = node
  while (joined[top] !== top) top = joined[top]!
  for (let below = node; joined[below] !== top; ) {
    const above = joined[below]!
    joined[below] = top
    below = above
  }
  return top
}

/** The nearest causes first; links that point ahead in time last, so that of a circle it is one of them that goes. */
function linksInOrder({ data, spanCount, start }: Draft): number[] {
  const { links } = data
  const known = [...links.keys()].filter((index) => {
    const { from, to } = links[index]!
    return from >= 0 && from < spanCount && to < spanCount
  })
  const pointsAhead = ({ from, to }: ChainLink) => (start[to] ?? 0) > start[from]!
  return known.sort((a, b) => {
    const [one, other] = [links[a]!, links[b]!]
    return (
      Number(one.to < 0) - Number(other.to < 0) ||
      Number(pointsAhead(one)) - Number(pointsAhead(other)) ||
      start[one.from]! - start[other.from]! ||
      (start[other.to] ?? 0) - (start[one.to] ?? 0) ||
      a - b
    )
  })
}

function addNote(draft: Draft, links: number[]): void {
  const { from, to } = draft.data.links[links[0]!]!
  const note = draft.notes.push({ span: from, absent: to < 0, links }) - 1
  addNode(draft, 'note', note, from, draft.start[from]!, 0)
}
