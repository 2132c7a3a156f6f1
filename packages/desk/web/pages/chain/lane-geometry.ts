import type { Ticks, TimeAxis } from '../../../chain/index.ts'

/** The part of the time axis that is in view: `fromX` and `toX` are places on the axis; the lane is `width` pixels wide. */
export type Lane = { axis: TimeAxis; fromX: number; toX: number; width: number }

/** Places in the lane: 0 is its left edge, 1 its right one. `cut`: it goes on beyond that edge. */
export type Bar = { x: number; width: number; cutLeft: boolean; cutRight: boolean }

/** The lane of an axis, or of the part of it from `fromNs` to `toNs`. */
export function laneOf(axis: TimeAxis, width: number, part?: { fromNs: number; toNs: number }): Lane {
  if (!part) return { axis, width, fromX: 0, toX: 1 }
  const [fromX, toX] = [axis.toX(part.fromNs), axis.toX(part.toNs)]
  return toX > fromX ? { axis, width, fromX, toX } : { axis, width, fromX: 0, toX: 1 }
}

/** Where an instant is in the lane; below 0 and above 1 it is out of view. */
export function placeOf({ axis, fromX, toX }: Lane, ns: number): number {
  return (axis.toX(ns) - fromX) / (toX - fromX)
}

/** The instant at a place of the lane. */
export function instantAt({ axis, fromX, toX }: Lane, place: number): number {
  return axis.toNs(fromX + Math.min(1, Math.max(0, place)) * (toX - fromX))
}

/** The bar from `startNs` on, as far as it is in view; otherwise on which side it lies. */
export function barOf(lane: Lane, startNs: number, durationNs: number): Bar | 'before' | 'after' {
  const from = placeOf(lane, startNs)
  const to = placeOf(lane, startNs + durationNs)
  if (to < 0) return 'before'
  if (from > 1) return 'after'
  const x = Math.max(0, from)
  return { x, width: Math.min(1, to) - x, cutLeft: from < 0, cutRight: to > 1 }
}

/** Where the text of a bar has the most room. */
export function labelSide({ x, width }: Bar): 'right' | 'left' | 'inside' {
  if (x + width < 0.75) return 'right'
  return x > 0.25 ? 'left' : 'inside'
}

/** Lines that lie less than `leastPx` apart as one mark: its place, how many they are and the highest severity. */
export type Cluster = { x: number; count: number; severity: number }

export function clusterTicks(lane: Lane, { at, severity }: Ticks, leastPx: number): Cluster[] {
  const order = [...at.keys()].sort((a, b) => at[a]! - at[b]!)
  const clusters: Cluster[] = []
  for (const tick of order) {
    const x = placeOf(lane, at[tick]!)
    if (x < 0 || x > 1) continue
    const last = clusters.at(-1)
    if (last && (x - last.x) * lane.width < leastPx) {
      last.count++
      last.severity = Math.max(last.severity, severity[tick]!)
    } else clusters.push({ x, count: 1, severity: severity[tick]! })
  }
  return clusters
}

/** Round instants in view that stand at least `leastPx` apart, folded stretches left out. */
export function rulerMarks(lane: Lane, leastPx: number): { ns: number; x: number }[] {
  const marks: { ns: number; x: number }[] = []
  const pieces = lane.axis.pieces.filter(({ folded }) => !folded)
  const scale = pieces.find(({ toNs, fromNs }) => toNs > fromNs)
  if (!scale || lane.width <= 0) return marks
  const pxPerX = lane.width / (lane.toX - lane.fromX)
  const nsPerPx = (scale.toNs - scale.fromNs) / ((scale.toX - scale.fromX) * pxPerX)
  const step = roundStep(nsPerPx * leastPx)
  for (const { fromNs, toNs } of pieces) {
    const from = Math.max(fromNs, instantAt(lane, 0))
    const to = Math.min(toNs, instantAt(lane, 1))
    for (let count = Math.ceil(from / step); count * step <= to; count++) {
      const x = placeOf(lane, count * step)
      const last = marks.at(-1)
      if (!last || (x - last.x) * lane.width >= leastPx * 0.75) marks.push({ ns: count * step, x })
    }
  }
  return marks
}

/** 1, 2 or 5 times a power of ten, at least `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)))
  return [1, 2, 5, 10].map((digit) => digit * power).find((step) => step >= least) ?? 10 * power
}
