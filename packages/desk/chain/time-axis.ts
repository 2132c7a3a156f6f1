import { logKind, spanKind } from './draft.ts'
import { type Chain, kindConsumer, nodeFlags } from './model.ts'

const longestIdleShare = 0.2
const foldedShare = 0.03

/** A stretch of the axis; times are those of the chain, `x` runs from 0 to 1. */
export type AxisPiece = { fromNs: number; toNs: number; fromX: number; toX: number; folded: boolean }

/** From instants to places between 0 and 1 and back. Folded pieces are the marks of a broken axis. */
export type TimeAxis = {
  pieces: AxisPiece[]
  /** How much is folded, or could be. */
  idleNs: number
  toX(ns: number): number
  toNs(x: number): number
}

/**
 * The time axis of a chain. With `fold`, stretches longer than a fifth of the whole in which nothing works, only
 * waits and spans that wait for others, shrink to a small share.
 */
export function foldedTime(chain: Chain, fold: boolean): TimeAxis {
  const { startNs, endNs } = chain
  const total = endNs - startNs
  const found = total > 0 ? idleStretches(chain, total * longestIdleShare) : []
  const foundNs = found.reduce((sum, [from, to]) => sum + to - from, 0)
  const idleNs = foundNs < total ? foundNs : 0
  const pieces = fold && idleNs > 0 ? axisPieces(chain, found, idleNs) : axisPieces(chain, [], 0)
  return {
    pieces,
    idleNs,
    toX: (ns) => interpolate(pieces, ns, 'fromNs', 'toNs', 'fromX', 'toX'),
    toNs: (x) => (pieces.length === 0 ? startNs : interpolate(pieces, x, 'fromX', 'toX', 'fromNs', 'toNs')),
  }
}

function axisPieces(chain: Chain, idle: readonly [number, number][], idleNs: number): AxisPiece[] {
  const busyNs = chain.endNs - chain.startNs - idleNs
  const busyShare = 1 - idle.length * foldedShare
  const pieces: AxisPiece[] = []
  let [atNs, atX] = [chain.startNs, 0]
  const add = (toNs: number, share: number, folded: boolean) => {
    if (toNs > atNs) pieces.push({ fromNs: atNs, toNs, fromX: atX, toX: atX + share, folded })
    if (toNs > atNs) atX += share
    atNs = toNs
  }
  for (const [from, to] of idle) {
    add(from, ((from - atNs) / busyNs) * busyShare, false)
    add(to, foldedShare, true)
  }
  if (busyNs > 0) add(chain.endNs, ((chain.endNs - atNs) / busyNs) * busyShare, false)
  return pieces
}

type Bound = Exclude<keyof AxisPiece, 'folded'>

/** Before and after the chain it goes on as at its edge. */
function interpolate(
  pieces: AxisPiece[],
  at: number,
  from: Bound,
  to: Bound,
  low: Bound,
  high: Bound,
): number {
  const piece = pieces.find((one) => at < one[to]) ?? pieces.at(-1)
  if (!piece) return 0
  return piece[low] + ((at - piece[from]) / (piece[to] - piece[from])) * (piece[high] - piece[low])
}

function idleStretches(chain: Chain, longerThanNs: number): [number, number][] {
  const { start, duration } = chain
  const busy = busyNodes(chain).sort((a, b) => start[a]! - start[b]!)
  const idle: [number, number][] = []
  let until = chain.startNs
  for (const node of busy) {
    if (start[node]! - until > longerThanNs) idle.push([until, start[node]!])
    until = Math.max(until, start[node]! + duration[node]!)
  }
  if (chain.endNs - until > longerThanNs) idle.push([until, chain.endNs])
  return idle
}

/** Spans that wait for no other, and instants at which a line was written. */
function busyNodes({ count, kind, source, parent, flags, data }: Chain): number[] {
  const waits = new Uint8Array(count)
  for (let node = 0; node < count; node++) {
    const isAsync = data.spans.kind[source[node]!] === kindConsumer || (flags[node]! & nodeFlags.linked) !== 0
    if (kind[node] !== spanKind || isAsync) continue
    let above = parent[node]!
    while (above >= 0 && kind[above] !== spanKind) above = parent[above]!
    if (above >= 0) waits[above] = 1
  }
  const nodes: number[] = []
  for (let node = 0; node < count; node++)
    if ((kind[node] === spanKind && !waits[node]) || kind[node] === logKind) nodes.push(node)
  return nodes
}
