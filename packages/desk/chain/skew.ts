import type { ChainResource } from '../api/chain.ts'
import { type Draft, spanKind, topDown } from './draft.ts'
import { type ClockSkew, kindClient, kindServer, nodeFlags } from './model.ts'

/** A server may well end its span a little after its caller has read the answer. */
const lateEndNs = 5e6

/**
 * Estimates by how much the clocks of other processes differ, as Jaeger's adjuster does: nothing begins before its
 * cause, and a server's span that fits into its caller's lies in the middle of it. Processes of one host share a
 * clock. With `correct`, moves the spans with their lines and events.
 */
export function adjustClocks(draft: Draft, correct: boolean): ClockSkew[] {
  const shifts = shiftsOf(draft)
  const largest = new Map<number, number>()
  for (let node = 0; node < shifts.length; node++) {
    const shift = shifts[node]!
    if (shift === 0) continue
    if (node < draft.spanCount) noteLargest(largest, draft.data.spans.resource[node]!, shift)
    if (!correct) continue
    draft.start[node]! += shift
    draft.flags[node]! |= nodeFlags.shifted
  }
  return [...largest].map(([resource, ns]) => ({ resource, ns })).sort((a, b) => a.resource - b.resource)
}

function shiftsOf(draft: Draft): Float64Array {
  const { parent, spanCount } = draft
  const shifts = new Float64Array(parent.length)
  for (const node of topDown(draft)) {
    const above = parent[node]!
    if (above < 0 || draft.kind[above] !== spanKind) continue
    shifts[node] = node < spanCount ? shiftOfSpan(draft, node, above, shifts[above]!) : shifts[above]!
  }
  return shifts
}

function shiftOfSpan(draft: Draft, span: number, parent: number, parentShift: number): number {
  const { data, start, duration } = draft
  const [own, above] = [data.spans.resource[span]!, data.spans.resource[parent]!]
  if (own === above || haveOneHost(data.resources[own], data.resources[above])) return parentShift
  const earliest = start[parent]! + parentShift - start[span]!
  const isLinked = (draft.flags[span]! & nodeFlags.linked) !== 0
  const isCall = data.spans.kind[span] === kindServer && data.spans.kind[parent] === kindClient
  const room = duration[parent]! - duration[span]!
  const fits = isCall && !isLinked && duration[span]! >= 0 && duration[parent]! >= 0 && room >= 0
  if (!fits) return Math.max(0, earliest)
  const isLate = room + earliest < -lateEndNs || duration[parent]! + earliest < 0
  return earliest > 0 || isLate ? earliest + room / 2 : 0
}

function haveOneHost(one: ChainResource | undefined, other: ChainResource | undefined): boolean {
  return one !== undefined && one.host !== '' && one.host === other?.host
}

function noteLargest(largest: Map<number, number>, resource: number, shift: number): void {
  if (Math.abs(shift) > Math.abs(largest.get(resource) ?? 0)) largest.set(resource, shift)
}
