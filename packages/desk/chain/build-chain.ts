import type { ChainData } from '../api/chain.ts'
import { traceCriticalPath } from './critical-path.ts'
import { type Draft, logKind, lostKind, spanKind, startDraft, topDown } from './draft.ts'
import { traceErrors, worstOf } from './error-path.ts'
import { foldGroups } from './groups.ts'
import { extentOf, type Layout, layOut } from './layout.ts'
import { joinLinks } from './links.ts'
import { type Chain, type ClockSkew, nodeFlags } from './model.ts'
import { placeSpans } from './parents.ts'
import { orderSiblings } from './siblings.ts'
import { adjustClocks } from './skew.ts'
import { endRunning, timeLost } from './times.ts'
import { addWaits } from './waits.ts'

export type ChainOptions = { correctClocks?: boolean }

/**
 * Makes the rows of a call chain. Every span, line and event of the data is one node, whatever its ids and times.
 * With `correctClocks`, spans of processes whose clocks differ are moved; without, `skews` still says by how much.
 * Never throws.
 */
export function buildChain(data: ChainData, { correctClocks = true }: ChainOptions = {}): Chain {
  const draft = startDraft(data)
  const skews = settle(draft, correctClocks)
  const siblings = orderSiblings(draft)
  foldGroups(draft, siblings)
  const layout = layOut(draft, siblings)
  markAsked(layout, data)
  return {
    data,
    ...layout,
    worst: worstOf(layout, data),
    skews,
    clocksCorrected: correctClocks,
    errors: traceErrors(layout, data),
    critical: traceCriticalPath(layout, data),
  }
}

/** Of a chain of several traces, which of them was asked for. */
function markAsked({ count, kind, source, flags, lost }: Layout, { traces, spans, logs }: ChainData): void {
  if (traces.length < 2) return
  for (let node = 0; node < count; node++) {
    const of = { [spanKind]: spans.trace, [logKind]: logs.trace }[kind[node]!]
    const trace = kind[node] === lostKind ? lost[source[node]!]?.trace : of?.[source[node]!]
    if (trace !== 0) continue
    flags[node]! |= nodeFlags.asked
    return
  }
}

/** Gives all nodes but groups their place and time. */
function settle(draft: Draft, correctClocks: boolean): ClockSkew[] {
  placeSpans(draft)
  joinLinks(draft)
  const skews = adjustClocks(draft, correctClocks)
  endRunning(draft)
  addWaits(draft)
  timeLost(draft)
  return skews
}

/** When a chain and its spans ran, in nanoseconds after `data.startUnixNano`. */
export type ChainTimes = {
  startNs: number
  endNs: number
  /** By index in data.spans. */
  spans: { startNs: number; durationNs: number; depth: number; isTop: boolean }[]
}

/** The same times as {@link buildChain} has with clocks corrected, without its rows. Never throws. */
export function timeChain(data: ChainData): ChainTimes {
  const draft = startDraft(data)
  settle(draft, true)
  const { start, duration, parent } = draft
  const depthOf = depths(draft)
  const spans = data.spans.spanId.map((_, span) => ({
    ...{ startNs: start[span]!, durationNs: duration[span]!, depth: depthOf[span]! },
    isTop: parent[span]! < 0,
  }))
  return { ...extentOf(start, duration), spans }
}

function depths(draft: Draft): Int32Array {
  const depth = new Int32Array(draft.parent.length)
  for (const node of topDown(draft)) {
    const above = draft.parent[node]!
    if (above >= 0) depth[node] = depth[above]! + 1
  }
  return depth
}
