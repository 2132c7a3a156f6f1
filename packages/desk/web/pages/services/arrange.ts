import { spread } from './spread.ts'

/** A place in a layer: a node, or where a long link passes. `y` is its upper edge, `room` how much of the layer it takes. */
export type Slot = {
  layer: number
  height: number
  room: number
  y: number
  before: Slot[]
  after: Slot[]
}

const sweeps = 8

/**
 * Orders each layer so that few links cross, and stands it at the top: each slot beside the first of those that lead to it,
 * as far as there is room. Slots that `before` knows keep their order.
 */
export function arrange(columns: readonly Slot[][], before: ReadonlyMap<Slot, number>): void {
  for (const column of columns) stack(column)
  if (before.size > 0) keepOrder(columns, before)
  else sortBySweeps(columns)
  alignWithCallers(columns)
  alignWithCalled(columns)
}

function stack(column: readonly Slot[]): void {
  let y = 0
  for (const slot of column) {
    slot.y = y
    y += slot.room
  }
}

function sortBySweeps(columns: readonly Slot[][]): void {
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const forth = sweep % 2 === 0
    for (const column of forth ? columns : columns.toReversed()) {
      const wanted = new Map(column.map((slot) => [slot, meanOf(slot, forth ? slot.before : slot.after)]))
      column.sort((a, b) => wanted.get(a)! - wanted.get(b)!)
      const ys = spread(column.map((slot) => ({ wanted: wanted.get(slot)!, size: slot.room })))
      column.forEach((slot, at) => {
        slot.y = ys[at]!
      })
    }
  }
}

/** What is new stands where those that it is linked with would have it. */
function keepOrder(columns: readonly Slot[][], before: ReadonlyMap<Slot, number>): void {
  for (const slot of columns.flat()) slot.y = before.get(slot) ?? slot.y
  for (const column of columns) {
    for (const slot of column) {
      if (!before.has(slot)) slot.y = meanOf(slot, slot.before.length > 0 ? slot.before : slot.after)
    }
    column.sort((a, b) => a.y - b.y)
  }
}

/** So that the middles are on one line. */
function meanOf(slot: Slot, others: readonly Slot[]): number {
  if (others.length === 0) return slot.y
  return others.reduce((sum, other) => sum + levelWith(slot, other), 0) / others.length
}

function firstOf(slot: Slot, others: readonly Slot[]): number {
  return Math.min(...others.map((other) => levelWith(slot, other)))
}

function levelWith(slot: Slot, other: Slot): number {
  return other.y + other.height / 2 - slot.height / 2
}

/** No layer becomes higher by it than the highest one is anyway. */
function alignWithCallers(columns: readonly Slot[][]): void {
  const roomOf = (column: readonly Slot[]) => column.reduce((sum, { room }) => sum + room, 0)
  const height = Math.max(0, ...columns.map(roomOf))
  for (const column of columns) {
    let y = 0
    let latest = height - roomOf(column)
    for (const slot of column) {
      const wanted = slot.before.length > 0 ? firstOf(slot, slot.before) : y
      slot.y = Math.max(y, Math.min(wanted, latest))
      y = slot.y + slot.room
      latest += slot.room
    }
  }
}

/** Only downwards, as far as the next one lets them. */
function alignWithCalled(columns: readonly Slot[][]): void {
  for (const column of columns.toReversed()) {
    let end = Number.POSITIVE_INFINITY
    for (const slot of column.toReversed()) {
      if (slot.after.length > 0) {
        slot.y = Math.max(slot.y, Math.min(firstOf(slot, slot.after), end - slot.room))
      }
      end = slot.y
    }
  }
}
