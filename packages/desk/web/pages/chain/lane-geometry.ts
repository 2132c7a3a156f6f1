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

/** What is shorter is drawn as long as this. */
const leastBarPx = 3

/** The bar from `startNs` on, as far as it is in view, and never beyond an edge; otherwise on which side it lies. */
export function barOf(lane: Lane, startNs: number, durationNs: number): Bar | 'before' | 'after' {
  const from = placeOf(lane, startNs)
  const to = placeOf(lane, startNs + durationNs)
  if (to < 0) return 'before'
  if (from > 1) return 'after'
  const cut = { cutLeft: from < 0, cutRight: to > 1 }
  const least = lane.width > 0 ? Math.min(1, leastBarPx / lane.width) : 0
  const x = Math.min(Math.max(0, from), 1 - least)
  return { x, width: Math.max(least, Math.min(1, to) - x), ...cut }
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

/** A round instant: `at` is nanoseconds after the start of the axis, `text` has as many digits as tell it from its neighbours. */
export type Mark = { at: number; x: number; text: string }

/** Instants in view that stand at least `leastPx` apart, in what is not folded, with room for their text behind them. */
export function rulerMarks(lane: Lane, leastPx: number): Mark[] {
  const pieces = lane.axis.pieces.filter(({ folded }) => !folded)
  const scale = pieces[0]
  if (!scale || lane.width <= 0) return []
  const originNs = lane.axis.pieces[0]!.fromNs
  const pxPerX = lane.width / (lane.toX - lane.fromX)
  const nsPerPx = (scale.toNs - scale.fromNs) / ((scale.toX - scale.fromX) * pxPerX)
  const step = roundStep(nsPerPx * leastPx)
  const endNs = instantAt(lane, 1)
  return pieces.flatMap(({ fromNs, toNs }) => {
    const from = Math.max(fromNs, instantAt(lane, 0)) - originNs
    const room = Math.min(toNs, endNs) - originNs - nsPerPx * leastPx * 0.6
    const first = Math.ceil(from / step)
    const count = Math.max(0, Math.floor(room / step) - first + 1)
    return Array.from({ length: count }, (_, index) => {
      const at = (first + index) * step
      return { at, x: placeOf(lane, originNs + at), text: markText(at, step) }
    })
  })
}

const units = [
  { unit: 's', ns: 1e9 },
  { unit: 'ms', ns: 1e6 },
  { unit: 'µs', ns: 1e3 },
] as const

const longUnits = [
  { unit: 'd', ns: 86_400e9 },
  { unit: 'h', ns: 3_600e9 },
  { unit: 'm', ns: 60e9 },
] as const

/** `3 d 4 h 0.5 s`: from a minute on in parts, of which those that are nothing are left out. */
function markText(at: number, step: number): string {
  if (at === 0) return '0'
  if (at >= 60e9) {
    let rest = at
    const parts = longUnits.map(({ unit, ns }) => {
      const count = Math.floor((rest + 1) / ns)
      rest -= count * ns
      return count > 0 ? `${count} ${unit}` : ''
    })
    return [...parts, rest > step / 2 ? markText(rest, step) : ''].filter(Boolean).join(' ')
  }
  const { unit, ns } = units.find((one) => at >= one.ns) ?? { unit: 'ns', ns: 1 }
  const digits = Math.max(0, Math.ceil(Math.log10(ns / step) - 1e-9))
  return `${(at / ns).toFixed(digits)} ${unit}`
}

const longSteps = [
  ...[60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200].map((s) => s * 1e9),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((days) => days * 86_400e9),
]

/** 1, 2 or 5 times a power of ten, at least `least`; from half a minute on what is round in minutes, hours or days. */
function roundStep(least: number): number {
  if (least > 50e9) return longSteps.find((step) => step >= least) ?? longSteps.at(-1)! * 10
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)))
  return [1, 2, 5].map((digit) => digit * power).find((step) => step >= least) ?? 10 * power
}
