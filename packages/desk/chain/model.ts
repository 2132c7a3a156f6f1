import type { RowKind, SpanFacts } from '@clew/otlp/text'
import type { ChainData } from '../api/chain.ts'

// Those of https://github.com/open-telemetry/opentelemetry-proto that the rows depend on.
export const kindServer = 2
export const kindClient = 3
export const kindProducer = 4
export const kindConsumer = 5

export const statusError = 2

/** What a row is. The numbers in {@link Chain.kind} are indices of this list. */
export const nodeKinds: readonly NodeKind[] = ['span', 'log', 'event', 'wait', 'group', 'lost', 'note']
/** A `wait` lies directly before its span; a `group` has five or more siblings. */
export type NodeKind = RowKind

/** Bits of {@link Chain.flags}. */
export const nodeFlags = {
  /** A span with status ERROR. */
  failed: 1,
  /** A span without an end: it is drawn to the end of the chain. */
  running: 2,
  /** Stands below its cause because of a link: another trace begins here. */
  linked: 4,
  /** On the estimated critical path. */
  critical: 8,
  /** The root cause and all above it. */
  errorPath: 16,
  /** A wait between two attempts of a job. */
  retry: 32,
  /** Moved, because its process's clock differs from that of its caller. */
  shifted: 64,
  /** Of several traces: the first row of the one that was asked for. */
  asked: 128,
} as const
export type NodeFlag = keyof typeof nodeFlags

/**
 * The rows of a call chain, in the order in which they are shown: a node's children follow it.
 * Columns, not objects; a node is an index. `parent[n] < n`, and the nodes below n are n + 1 to `end[n]` − 1.
 */
export type Chain = {
  data: ChainData
  /** Number of nodes. */
  count: number
  /** First and last instant of all nodes, in nanoseconds after `data.startUnixNano`; a wait may begin before 0. */
  startNs: number
  endNs: number
  /** Index in {@link nodeKinds}. */
  kind: Uint8Array
  /** Index in data.spans, data.logs or data.events; of a wait its span; of others in `groups`, `lost`, `notes`. */
  source: Int32Array
  /** −1 at the top. */
  parent: Int32Array
  end: Int32Array
  depth: Int32Array
  /** How many of the nodes above are groups. */
  groupsAbove: Int32Array
  start: Float64Array
  duration: Float64Array
  /** Bits of {@link nodeFlags}. */
  flags: Uint8Array
  /** Highest severity of the lines at and below the node; a failed span counts as ERROR. */
  worst: Uint8Array
  /** What some spans know besides, by index in data.spans. */
  facts: ReadonlyMap<number, SpanFacts>
  nodeOfSpan: Int32Array
  nodeOfLog: Int32Array
  nodeOfEvent: Int32Array
  groups: ChainGroup[]
  lost: LostSpan[]
  notes: ChainNote[]
  skews: ClockSkew[]
  /** False when the times are as they were sent. */
  clocksCorrected: boolean
  errors: ErrorPath
  critical: CriticalPath
}

export type ChainGroup = {
  count: number
  totalNs: number
  p95Ns: number
  /** One after the other below one span, and no jobs: the mark of a query in a loop. */
  sequential: boolean
  /** Index in data.spans of the first. */
  first: number
}

export type LostSpan = { trace: number; spanId: string; hasSpans: boolean }

/** `absent`: the chain does not have these causes; otherwise they are drawn elsewhere in it. */
export type ChainNote = { span: number; absent: boolean; links: number[] }

/** Positive: the clock of this process is behind. */
export type ClockSkew = { resource: number; ns: number }

export type ErrorPath = {
  /** Node of the deepest failed span, of several the earliest: later ones may be attempts at the same. −1: none. */
  rootCause: number
  /** Nodes of failed spans, in order. */
  failed: Int32Array
  /** Nodes of failed spans and of lines of severity ERROR and up, in order. */
  all: Int32Array
  /** Node of the earliest line of severity ERROR and up; without one the earliest exception; −1: none. */
  first: number
}

/** Pieces in order of time: the span or the wait before one (a node) that the chain waited for from `start` to `end`, from its first span on. An estimate. */
export type CriticalPath = { node: Int32Array; start: Float64Array; end: Float64Array }

/** What of a chain is shown. Sets hold nodes. */
export type ChainView = {
  closed: ReadonlySet<number>
  /** Groups are closed unless they are here. */
  openGroups: ReadonlySet<number>
  showLogs: boolean
  showEvents: boolean
  /** Lines below it are hidden; a line without severity counts as INFO. */
  minSeverity: number
  /** False: members of groups are shown as if there were no groups. */
  grouped: boolean
}

export const fullView: ChainView = {
  closed: new Set(),
  openGroups: new Set(),
  showLogs: true,
  showEvents: true,
  minSeverity: 0,
  grouped: true,
}

export function kindOf(chain: Chain, node: number): NodeKind {
  return nodeKinds[chain.kind[node]!]!
}

export function hasFlag(chain: Chain, node: number, flag: NodeFlag): boolean {
  return (chain.flags[node]! & nodeFlags[flag]) !== 0
}

export function hasChildren(chain: Chain, node: number): boolean {
  return chain.end[node]! > node + 1
}
