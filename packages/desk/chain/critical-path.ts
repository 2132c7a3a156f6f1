import { groupKind, spanKind } from './draft.ts'
import type { Layout } from './layout.ts'
import { type Chain, type CriticalPath, kindConsumer, nodeFlags } from './model.ts'

/** A span of which the time from `fromNs` to `untilNs` is not explained yet. */
type Step = {
  node: number
  fromNs: number
  untilNs: number
  endNs: number
  lastFirst: number[]
  tried: number
}

/**
 * Estimates what the chain's first span waited for: from its end back, each time the child that ended last before.
 * Spans alone do not say who awaited whom, so work behind a queue or a link counts only when it ended in time.
 */
export function traceCriticalPath(layout: Layout, data: Chain['data']): CriticalPath {
  const { start, duration, flags } = layout
  const pieces: [node: number, start: number, end: number][] = []
  const steps: Step[] = []
  const enter = (node: number, fromNs: number, untilNs: number) =>
    steps.push({ node, fromNs, untilNs, endNs: untilNs, lastFirst: lastFirst(layout, data, node), tried: 0 })
  const root = rootOf(layout, data)
  if (root >= 0) enter(root, start[root]!, start[root]! + duration[root]!)
  for (let step = steps.at(-1); step; step = steps.at(-1)) {
    const child = nextChild(layout, step)
    const childEnd = child < 0 ? step.fromNs : Math.min(start[child]! + duration[child]!, step.endNs)
    if (childEnd < step.untilNs) pieces.push([step.node, childEnd, step.untilNs])
    if (child < 0) steps.pop()
    else {
      step.untilNs = Math.max(start[child]!, step.fromNs)
      enter(child, step.untilNs, childEnd)
    }
  }
  for (const [node] of pieces) flags[node]! |= nodeFlags.critical
  pieces.reverse()
  return {
    node: Int32Array.from(pieces, ([node]) => node),
    start: Float64Array.from(pieces, ([, from]) => from),
    end: Float64Array.from(pieces, ([, , until]) => until),
  }
}

/** The highest span above the first span of the trace that was asked for; −1: there is none. */
function rootOf({ count, kind, source, parent }: Layout, { spans }: Chain['data']): number {
  for (let node = 0; node < count; node++) {
    if (kind[node] !== spanKind || spans.trace[source[node]!] !== 0) continue
    let root = node
    for (let above = node; above >= 0; above = parent[above]!) if (kind[above] === spanKind) root = above
    return root
  }
  return -1
}

/** The next child back in time that had ended when the unexplained time ends. */
function nextChild({ start, duration }: Layout, step: Step): number {
  while (step.tried < step.lastFirst.length) {
    const child = step.lastFirst[step.tried++]!
    const end = Math.min(start[child]! + duration[child]!, step.endNs)
    if (start[child]! < step.untilNs && end <= step.untilNs && end > step.fromNs) return child
  }
  return -1
}

/** The spans directly below, also those in groups, the one that ended last first. */
function lastFirst(layout: Layout, { spans }: Chain['data'], parent: number): number[] {
  const { kind, source, end, start, duration, flags } = layout
  const endNs = (node: number) => start[node]! + duration[node]!
  const found: number[] = []
  for (let node = parent + 1; node < end[parent]!; node = kind[node] === groupKind ? node + 1 : end[node]!) {
    if (kind[node] !== spanKind) continue
    const isAsync = spans.kind[source[node]!] === kindConsumer || (flags[node]! & nodeFlags.linked) !== 0
    if (!isAsync || endNs(node) <= endNs(parent)) found.push(node)
  }
  return found.sort((a, b) => endNs(b) - endNs(a) || b - a)
}
