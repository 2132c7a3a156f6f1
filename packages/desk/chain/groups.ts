import { addNode, type Draft, lostKind, spanKind } from './draft.ts'
import { type ChainGroup, kindConsumer } from './model.ts'
import type { Siblings } from './siblings.ts'

/** Sentry's threshold too: fewer are no loop. */
const fewest = 5
const p95 = 0.95

/** A run of siblings that do the same: positions in the list of siblings, the last one included. */
type Run = { from: number; to: number; spans: number[] }

/** Puts each run of five or more siblings that do the same, with all that lies between them, below a group. */
export function foldGroups(draft: Draft, siblings: Siblings): void {
  for (const [parent, list] of [...siblings]) {
    const runs = runsOf(draft, list)
    if (runs.length === 0) continue
    const folded: number[] = []
    let position = 0
    for (const run of runs) {
      while (position < run.from) folded.push(list[position++]!)
      const inside = list.slice(run.from, run.to + 1)
      const group = addGroup(draft, parent, run.spans)
      for (const node of inside) draft.parent[node] = group
      siblings.set(group, inside)
      folded.push(group)
      position = run.to + 1
    }
    while (position < list.length) folded.push(list[position++]!)
    siblings.set(parent, folded)
  }
}

function runsOf(draft: Draft, list: readonly number[]): Run[] {
  const runs: Run[] = []
  let run: Run | undefined
  for (const [position, node] of list.entries()) {
    if (draft.kind[node] === lostKind) run = undefined
    if (draft.kind[node] !== spanKind) continue
    if (run && isSameWork(draft, run.spans[0]!, node)) {
      run.to = position
      if (run.spans.push(node) === fewest) runs.push(run)
    } else if (draft.data.spans.group[node]! >= 0) {
      run = { from: draft.waitOf.has(node) ? position - 1 : position, to: position, spans: [node] }
    } else run = undefined
  }
  return runs
}

function isSameWork({ data }: Draft, one: number, other: number): boolean {
  const { group, kind } = data.spans
  return group[one] === group[other] && kind[one] === kind[other]
}

/** Jobs one after the other are attempts or a queue, not a loop. */
function canLoop({ kind, data }: Draft, parent: number, span: number): boolean {
  return kind[parent] === spanKind && data.spans.kind[span] !== kindConsumer
}

function addGroup(draft: Draft, parent: number, spans: number[]): number {
  const { start, duration } = draft
  const durations = Float64Array.from(spans, (span) => duration[span]!).sort()
  const ends = spans.map((span) => start[span]! + duration[span]!)
  const group: ChainGroup = {
    count: spans.length,
    totalNs: durations.reduce((sum, one) => sum + one, 0),
    p95Ns: durations[Math.ceil(spans.length * p95) - 1]!,
    sequential:
      canLoop(draft, parent, spans[0]!) && ends.every((end, index) => !(start[spans[index + 1]!]! < end)),
    first: spans[0]!,
  }
  const from = start[spans[0]!]!
  const wallNs = ends.reduce((latest, end) => Math.max(latest, end), from) - from
  return addNode(draft, 'group', draft.groups.push(group) - 1, parent, from, wallNs)
}
