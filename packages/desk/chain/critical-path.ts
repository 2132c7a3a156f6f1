import { groupKind, spanKind, wait } from './draft.ts'
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

/** A stretch of the path: what a span, or a wait before one, is answerable for. */
type Stretch = { node: number; fromNs: number; untilNs: number }

/**
 * Estimates what the chain waited for: from its end back, each time the child that ended last before. Where jobs went on
 * after the first span had ended, its end is that of the last one, and from there the way leads back through its wait to
 * whoever caused it or to the attempt before. Spans alone do not say who awaited whom: work behind a queue or a link that
 * ended later than its caller counts only there, and not where time between the two belongs to nobody.
 */
export function traceCriticalPath(layout: Layout, data: Chain['data']): CriticalPath {
  const { start, duration, flags, kind } = layout
  const pieces: [node: number, start: number, end: number][] = []
  const root = rootOf(layout, data)
  const whole =
    root < 0 ? [] : [{ node: root, fromNs: start[root]!, untilNs: start[root]! + duration[root]! }]
  for (const stretch of stretchesFromLastJob(layout, data, root) ?? whole) {
    if (kind[stretch.node] === spanKind) explain(layout, data, stretch, pieces)
    else if (stretch.fromNs < stretch.untilNs) pieces.push([stretch.node, stretch.fromNs, stretch.untilNs])
  }
  for (const [node] of pieces) flags[node]! |= nodeFlags.critical
  pieces.reverse()
  return {
    node: Int32Array.from(pieces, ([node]) => node),
    start: Float64Array.from(pieces, ([, from]) => from),
    end: Float64Array.from(pieces, ([, , until]) => until),
  }
}

/** Adds what a span waited for in a stretch of its time, the last piece first. */
function explain(
  layout: Layout,
  data: Chain['data'],
  { node, fromNs, untilNs }: Stretch,
  pieces: [node: number, start: number, end: number][],
): void {
  const { start, duration } = layout
  const steps: Step[] = []
  const enter = (one: number, from: number, until: number, endNs: number) =>
    steps.push({
      ...{ node: one, fromNs: from, untilNs: until, endNs, tried: 0 },
      lastFirst: lastFirst(layout, data, one),
    })
  enter(node, fromNs, untilNs, start[node]! + duration[node]!)
  for (let step = steps.at(-1); step; step = steps.at(-1)) {
    const child = nextChild(layout, step)
    const childEnd = child < 0 ? step.fromNs : Math.min(start[child]! + duration[child]!, step.endNs)
    if (childEnd < step.untilNs) pieces.push([step.node, childEnd, step.untilNs])
    if (child < 0) steps.pop()
    else {
      step.untilNs = Math.max(start[child]!, step.fromNs)
      enter(child, step.untilNs, childEnd, childEnd)
    }
  }
}

/**
 * From the job that ended last, later than the first span, back to the first span; undefined where there is none, or where
 * nothing of the chain fills the time between. Looks at no more rows than the chain has, a few times over.
 */
function stretchesFromLastJob(layout: Layout, data: Chain['data'], root: number): Stretch[] | undefined {
  const { start, duration, kind, source, flags, count } = layout
  const endNs = (node: number) => start[node]! + duration[node]!
  let node = lastJob(layout, data, root)
  if (node < 0) return
  const stretches: Stretch[] = []
  const looks = { left: 4 * count }
  let untilNs = endNs(node)
  while (node >= 0) {
    const fromNs = Math.max(start[node]!, start[root]!)
    stretches.push({ node, fromNs, untilNs })
    untilNs = fromNs
    if (node === root || untilNs <= start[root]!) return stretches
    const before = node - 1
    const hasWait = kind[before] === wait && source[before] === source[node] && endNs(before) === untilNs
    if (hasWait) {
      const waitNs = Math.max(start[before]!, start[root]!)
      stretches.push({ node: before, fromNs: waitNs, untilNs })
      untilNs = waitNs
    }
    const isRetry = hasWait && (flags[before]! & nodeFlags.retry) !== 0
    const attempt = isRetry ? attemptUntil(layout, before, untilNs, looks) : -1
    node = attempt < 0 ? spanAbove(layout, node, untilNs, looks) : attempt
  }
}

/** The job or linked span that ended last, where that was after the end of the first span; else −1. */
function lastJob(layout: Layout, data: Chain['data'], root: number): number {
  if (root < 0) return -1
  const { start, duration, end, kind } = layout
  let last = -1
  let lastNs = start[root]! + duration[root]!
  for (let node = root + 1; node < end[root]!; node++) {
    const endNs = start[node]! + duration[node]!
    if (kind[node] !== spanKind || !(endNs > lastNs) || !(start[node]! < endNs)) continue
    if (isAsync(layout, data, node)) [last, lastNs] = [node, endNs]
  }
  return last
}

/** The nearest span above that was at work then; −1: none. */
function spanAbove(
  { parent, kind, start, duration }: Layout,
  node: number,
  ns: number,
  looks: { left: number },
) {
  for (let above = parent[node]!; above >= 0 && looks.left-- > 0; above = parent[above]!)
    if (kind[above] === spanKind && start[above]! < ns && ns <= start[above]! + duration[above]!) return above
  return -1
}

/** The sibling before that ended then; −1: none. */
function attemptUntil(
  { parent, kind, start, duration }: Layout,
  node: number,
  ns: number,
  looks: { left: number },
) {
  for (let one = node - 1; one > parent[node]! && looks.left-- > 0; one--)
    if (
      parent[one] === parent[node] &&
      kind[one] === spanKind &&
      start[one]! < ns &&
      start[one]! + duration[one]! === ns
    )
      return one
  return -1
}

/** Whether its caller need not wait for it. */
function isAsync({ source, flags }: Layout, { spans }: Chain['data'], node: number): boolean {
  return spans.kind[source[node]!] === kindConsumer || (flags[node]! & nodeFlags.linked) !== 0
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
function lastFirst(layout: Layout, data: Chain['data'], parent: number): number[] {
  const { kind, end, start, duration } = layout
  const endNs = (node: number) => start[node]! + duration[node]!
  const found: number[] = []
  for (let node = parent + 1; node < end[parent]!; node = kind[node] === groupKind ? node + 1 : end[node]!) {
    if (kind[node] !== spanKind) continue
    if (!isAsync(layout, data, node) || endNs(node) <= endNs(parent)) found.push(node)
  }
  return found.sort((a, b) => endNs(b) - endNs(a) || b - a)
}
