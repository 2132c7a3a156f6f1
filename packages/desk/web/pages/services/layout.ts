import type { Graph } from './graph.ts'
import { layersOf, type Step } from './layers.ts'
import { spread } from './spread.ts'

export type Point = { x: number; y: number }

/** Where everything stands, CSS pixels. `nodes` and `routes` are in the order of the graph's nodes and links. */
export type Layout = {
  width: number
  height: number
  /** Upper left corners. */
  nodes: Point[]
  /** Where a link goes through, from its start to its end; empty for one that leads to itself. */
  routes: Point[][]
}

export const nodeWidth = 176
export const nodeHeight = 48
const gapX = 96
const gapY = 20
/** Room for a link that passes a layer. */
const bendHeight = 2
const bendGap = 8
const sweeps = 8

/** A place in a layer: a node, or where a long link passes. */
type Slot = { layer: number; height: number; y: number; before: Slot[]; after: Slot[] }

/**
 * A layered drawing of the graph, callers left of the called. The same graph always gives the same layout; circles and
 * parts that are not connected are allowed. Nodes without links stand in rows below.
 */
export function layoutGraph({ nodes, links }: Graph): Layout {
  const indexes = new Map(nodes.map(({ id }, index) => [id, index]))
  const ends = links.map(({ from, to }) => ({ from: indexes.get(from)!, to: indexes.get(to)! }))
  const { layers, steps } = layersOf(nodes.length, ends)
  const slots = layers.map((layer): Slot => ({ layer, height: nodeHeight, y: 0, before: [], after: [] }))
  const chains = steps.map((step) => (step === undefined ? [] : chainOf(step, slots)))
  const linked = slots.filter(({ before, after }) => before.length + after.length > 0)
  const columns = columnsOf(linked, chains)
  arrange(columns)
  const height = placeRest(slots, linked, columns)
  const place = ({ layer, y }: Slot): Point => ({ x: layer * (nodeWidth + gapX), y })
  const width = (1 + Math.max(0, ...slots.map(({ layer }) => layer))) * (nodeWidth + gapX) - gapX
  return {
    width,
    height,
    nodes: slots.map(place),
    routes: steps.map((step, at) => routeOf(step, chains[at]!, place)),
  }
}

/** The slots of a link from left to right, with bends in the layers between its ends. */
function chainOf({ from, to }: Step, slots: readonly Slot[]): Slot[] {
  const [start, end] = [slots[from]!, slots[to]!]
  if (start.layer === end.layer) return [start, end]
  const bends = Array.from(
    { length: end.layer - start.layer - 1 },
    (_, at): Slot => ({ layer: start.layer + at + 1, height: bendHeight, y: 0, before: [], after: [] }),
  )
  const chain = [start, ...bends, end]
  for (let at = 1; at < chain.length; at++) {
    chain[at - 1]!.after.push(chain[at]!)
    chain[at]!.before.push(chain[at - 1]!)
  }
  return chain
}

function columnsOf(linked: readonly Slot[], chains: readonly Slot[][]): Slot[][] {
  const columns: Slot[][] = []
  for (const slot of new Set([...linked, ...chains.flat()])) {
    columns[slot.layer] ??= []
    columns[slot.layer]!.push(slot)
  }
  return columns
}

/** Brings each slot near to what it is linked with: first the order within the layers, then the places. */
function arrange(columns: readonly Slot[][]): void {
  for (const column of columns) stack(column)
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const forth = sweep % 2 === 0
    for (const column of forth ? columns : columns.toReversed()) {
      const wanted = new Map(column.map((slot) => [slot, wantedY(slot, forth ? slot.before : slot.after)]))
      column.sort((a, b) => wanted.get(a)! - wanted.get(b)!)
      const ys = spread(column.map((slot) => ({ wanted: wanted.get(slot)!, size: roomOf(slot) })))
      column.forEach((slot, at) => {
        slot.y = ys[at]!
      })
    }
  }
}

function roomOf({ height }: Slot): number {
  return height + (height === bendHeight ? bendGap : gapY)
}

function stack(column: readonly Slot[]): void {
  let y = 0
  for (const slot of column) {
    slot.y = y
    y += roomOf(slot)
  }
}

/** So that the middles are on one line. */
function wantedY(slot: Slot, others: readonly Slot[]): number {
  if (others.length === 0) return slot.y
  return others.reduce((sum, { y, height }) => sum + y + height / 2, 0) / others.length - slot.height / 2
}

/** Moves the drawing to the top and puts the nodes without links below it. Returns the height of all. */
function placeRest(slots: readonly Slot[], linked: readonly Slot[], columns: readonly Slot[][]): number {
  const drawn = columns.flat()
  const top = Math.min(...drawn.map(({ y }) => y))
  for (const slot of drawn) slot.y = Math.round(slot.y - top)
  const bottom = Math.max(0, ...drawn.map((slot) => slot.y + slot.height + gapY))
  const lonely = slots.filter((slot) => !linked.includes(slot))
  const perRow = Math.max(4, columns.length)
  lonely.forEach((slot, at) => {
    slot.layer = at % perRow
    slot.y = bottom + Math.floor(at / perRow) * (nodeHeight + gapY)
  })
  return Math.max(0, ...slots.map(({ y }) => y + nodeHeight), bottom - gapY)
}

/** From the right edge of a node to the left edge of the next, even within a layer; the other way round for a link that leads back. */
function routeOf(step: Step | undefined, chain: readonly Slot[], place: (slot: Slot) => Point): Point[] {
  const points = chain.flatMap((slot, at): Point[] => {
    const { x, y } = place(slot)
    const middle = y + slot.height / 2
    if (at === 0) return [{ x: x + nodeWidth, y: middle }]
    if (at === chain.length - 1) return [{ x, y: middle }]
    return [
      { x, y: middle },
      { x: x + nodeWidth, y: middle },
    ]
  })
  return step?.back ? points.toReversed() : points
}
