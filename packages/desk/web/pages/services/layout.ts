import { arrange, type Slot } from './arrange.ts'
import type { Graph } from './graph.ts'
import { layersOf, type Step } from './layers.ts'

export type Point = { x: number; y: number }

/** Where everything stands, CSS pixels. `nodes` and `routes` are in the order of the graph's nodes and links. */
export type Layout = {
  width: number
  height: number
  nodeWidth: number
  /** Upper left corners. */
  nodes: Point[]
  /** Where a link goes through, from its start to its end; empty for one that leads to itself. */
  routes: Point[][]
}

export type LayoutOptions = {
  /** Pixels from left to right that are to be filled, as far as nodes and gaps may grow. */
  room?: number
  /** Upper edges of nodes by their ids, of a layout that the reader has before him: its order is kept. */
  before?: ReadonlyMap<string, number>
}

export const [leastNodeWidth, mostNodeWidth] = [176, 264] as const
export const nodeHeight = 48
const [leastGap, mostGap] = [96, 192] as const
const gapY = 20
/** Room for a link that passes a layer. */
const bendHeight = 2
const bendGap = 8

/**
 * A layered drawing of the graph, callers left of the called, the first ones at the top left. The same graph always gives
 * the same layout; circles and parts that are not connected are allowed. Nodes without links stand in rows below.
 */
export function layoutGraph({ nodes, links }: Graph, { room = 0, before }: LayoutOptions = {}): Layout {
  const indexes = new Map(nodes.map(({ id }, index) => [id, index]))
  const ends = links.map(({ from, to }) => ({ from: indexes.get(from)!, to: indexes.get(to)! }))
  const { layers, steps } = layersOf(nodes.length, ends)
  const slots = layers.map((layer) => slotIn(layer, nodeHeight))
  const chains = steps.map((step) => (step === undefined ? [] : chainOf(step, slots)))
  const linked = new Set(slots.filter(({ before, after }) => before.length + after.length > 0))
  const columns = columnsOf(linked, chains)
  arrange(columns, knownPlaces(nodes, slots, linked, before))
  const { nodeWidth, gap } = widthsFor(columns.length, room)
  const place = ({ layer, y }: Slot): Point => ({ x: layer * (nodeWidth + gap), y: Math.round(y) })
  const drawn = columns.flat()
  const bottom = Math.max(0, ...drawn.map((slot) => Math.round(slot.y) + slot.height + gapY))
  const width = Math.max(0, columns.length * (nodeWidth + gap) - gap)
  const rest = placeRest(slots.length - linked.size, Math.max(width, room), nodeWidth, bottom)
  const points = slots.map((slot) => (linked.has(slot) ? place(slot) : rest.shift()!))
  return {
    width: Math.max(nodeWidth, ...points.map(({ x }) => x + nodeWidth)),
    height: Math.max(0, bottom - gapY, ...points.map(({ y }) => y + nodeHeight)),
    nodeWidth,
    nodes: points,
    routes: steps.map((step, at) => routeOf(step, chains[at]!, place, nodeWidth)),
  }
}

function slotIn(layer: number, height: number): Slot {
  const room = height + (height === bendHeight ? bendGap : gapY)
  return { layer, height, room, y: 0, before: [], after: [] }
}

/** The slots of a link from left to right, with bends in the layers between its ends. */
function chainOf({ from, to }: Step, slots: readonly Slot[]): Slot[] {
  const [start, end] = [slots[from]!, slots[to]!]
  if (start.layer === end.layer) return [start, end]
  const bends = Array.from({ length: end.layer - start.layer - 1 }, (_, at) =>
    slotIn(start.layer + at + 1, bendHeight),
  )
  const chain = [start, ...bends, end]
  for (let at = 1; at < chain.length; at++) {
    chain[at - 1]!.after.push(chain[at]!)
    chain[at]!.before.push(chain[at - 1]!)
  }
  return chain
}

function columnsOf(linked: Iterable<Slot>, chains: readonly Slot[][]): Slot[][] {
  const columns: Slot[][] = []
  for (const slot of new Set([...linked, ...chains.flat()])) {
    columns[slot.layer] ??= []
    columns[slot.layer]!.push(slot)
  }
  return columns
}

/** Of a map that is mostly another one nothing is known. */
function knownPlaces(
  nodes: Graph['nodes'],
  slots: readonly Slot[],
  linked: ReadonlySet<Slot>,
  before: ReadonlyMap<string, number> | undefined,
): Map<Slot, number> {
  const known = new Map<Slot, number>()
  for (const [at, { id }] of nodes.entries()) {
    const y = before?.get(id)
    if (y !== undefined && linked.has(slots[at]!)) known.set(slots[at]!, y)
  }
  return known.size * 2 > linked.size ? known : new Map()
}

/** First the nodes grow, for their names, then what is between them. */
function widthsFor(columns: number, room: number): { nodeWidth: number; gap: number } {
  if (columns === 0) return { nodeWidth: leastNodeWidth, gap: leastGap }
  const wanted = Math.floor((room - (columns - 1) * leastGap) / columns)
  const nodeWidth = Math.min(mostNodeWidth, Math.max(leastNodeWidth, wanted))
  const rest = columns > 1 ? Math.floor((room - columns * nodeWidth) / (columns - 1)) : leastGap
  return { nodeWidth, gap: Math.min(mostGap, Math.max(leastGap, rest)) }
}

/** Rows from `top` on of as many nodes as there is room for. */
function placeRest(count: number, room: number, nodeWidth: number, top: number): Point[] {
  const perRow = Math.max(1, Math.floor((room + gapY) / (nodeWidth + gapY)))
  return Array.from({ length: count }, (_, at) => ({
    x: (at % perRow) * (nodeWidth + gapY),
    y: top + Math.floor(at / perRow) * (nodeHeight + gapY),
  }))
}

/** From the right edge of a node to the left edge of the next, even within a layer; the other way round for a link that leads back. */
function routeOf(
  step: Step | undefined,
  chain: readonly Slot[],
  place: (slot: Slot) => Point,
  nodeWidth: number,
): Point[] {
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
