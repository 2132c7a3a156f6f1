import type { SpanFacts } from '@clew/otlp/text'
import type { ChainData } from '../api/chain.ts'
import { type ChainGroup, type ChainNote, type LostSpan, type NodeKind, nodeKinds } from './model.ts'

/**
 * A chain in the making: nodes in no order. First the spans, so that a span's index is its node, then lines, then
 * events, then what is added. Every step of the building fills in or moves some of it.
 */
export type Draft = {
  data: ChainData
  spanCount: number
  facts: ReadonlyMap<number, SpanFacts>
  kind: number[]
  source: number[]
  parent: number[]
  start: number[]
  duration: number[]
  flags: number[]
  /** The wait that goes before a span, by span. */
  waitOf: Map<number, number>
  groups: ChainGroup[]
  lost: LostSpan[]
  notes: ChainNote[]
}

export const spanKind = 0
export const logKind = 1
export const eventKind = 2
export const wait = 3
export const groupKind = 4
export const lostKind = 5

export function startDraft(data: ChainData): Draft {
  const { spans, logs, events } = data
  const spanCount = spans.spanId.length
  const draft: Draft = {
    data,
    spanCount,
    facts: new Map(spans.facts),
    kind: [],
    source: [],
    parent: [],
    start: [],
    duration: [],
    flags: [],
    waitOf: new Map(),
    groups: [],
    lost: [],
    notes: [],
  }
  for (let span = 0; span < spanCount; span++)
    addNode(draft, 'span', span, -1, finite(spans.startNs[span]), duration(spans.durationNs[span]))
  for (let log = 0; log < logs.atNs.length; log++)
    addNode(draft, 'log', log, spanOr(logs.span[log], spanCount), finite(logs.atNs[log]), 0)
  for (let event = 0; event < events.atNs.length; event++)
    addNode(draft, 'event', event, spanOr(events.span[event], spanCount), finite(events.atNs[event]), 0)
  return draft
}

export function addNode(
  draft: Draft,
  kind: NodeKind,
  source: number,
  parent: number,
  startNs: number,
  durationNs: number,
): number {
  draft.source.push(source)
  draft.parent.push(parent)
  draft.start.push(startNs)
  draft.duration.push(durationNs)
  draft.flags.push(0)
  return draft.kind.push(nodeKinds.indexOf(kind)) - 1
}

/** Nodes so that each comes after its parent. Parents must not go in circles. */
export function topDown({ parent }: Draft): Int32Array {
  const order = new Int32Array(parent.length)
  const done = new Uint8Array(parent.length)
  const path: number[] = []
  let length = 0
  for (let first = 0; first < parent.length; first++) {
    for (let node = first; node >= 0 && !done[node]; node = parent[node]!) {
      done[node] = 1
      path.push(node)
    }
    while (path.length > 0) order[length++] = path.pop()!
  }
  return order
}

function finite(value: number | undefined): number {
  return Number.isFinite(value) ? value! : 0
}

/** −1 stays: the span runs. */
function duration(value: number | undefined): number {
  return value === -1 ? -1 : Math.max(0, finite(value))
}

function spanOr(span: number | undefined, spanCount: number): number {
  return span !== undefined && span >= 0 && span < spanCount ? span : -1
}
