/** No slot, no record. */
export const none = 0xffff_ffff

/** Which traces have records, as numbers from 0, with what is known of each. */
export type TraceSlots = {
  /** The places of its first and last record. */
  readonly first: Uint32Array
  readonly last: Uint32Array
  readonly count: Uint32Array
  /** Of its records. */
  readonly held: Uint32Array
  /** How many of its records are gone, since it has some. */
  readonly lost: Uint32Array
  /** Of the tables. */
  readonly bytes: number
  readonly size: number
  readonly isFull: boolean
  /** `none` when the trace has none. */
  find(traceId: string): number
  /** Only while it is not full. */
  add(traceId: string): number
  free(slot: number): void
}

const mostSlots = 131_072
/** A trace has about so many bytes of records, or more. */
const bytesOfTrace = 512
const bytesOfSlot = 24

/** As many as records of so many bytes may need. */
export function createTraceSlots(maxBytes: number): TraceSlots {
  const count = Math.max(64, Math.min(mostSlots, Math.floor(maxBytes / bytesOfTrace)))
  const ids: (string | undefined)[] = []
  const free = new Uint32Array(count)
  const first = new Uint32Array(count)
  const last = new Uint32Array(count)
  const [counts, held, lost] = [new Uint32Array(count), new Uint32Array(count), new Uint32Array(count)]
  const slots = new Map<string, number>()
  let freeCount = 0
  let used = 0
  // Records of one request often come one after the other.
  let lastId: string | undefined
  let lastSlot = none

  return {
    first,
    last,
    ...{ count: counts, held, lost },
    bytes: count * bytesOfSlot,
    get size() {
      return slots.size
    },
    get isFull() {
      return freeCount === 0 && used === count
    },
    find(traceId) {
      if (traceId === lastId) return lastSlot
      const slot = slots.get(traceId) ?? none
      if (slot !== none) {
        lastId = traceId
        lastSlot = slot
      }
      return slot
    },
    add(traceId) {
      const slot = freeCount > 0 ? free[--freeCount]! : used++
      ids[slot] = traceId
      slots.set(traceId, slot)
      first[slot] = last[slot] = none
      counts[slot] = held[slot] = lost[slot] = 0
      lastId = traceId
      lastSlot = slot
      return slot
    },
    free(slot) {
      const id = ids[slot]
      if (id === undefined) return
      if (slot === lastSlot) {
        lastId = undefined
        lastSlot = none
      }
      slots.delete(id)
      ids[slot] = undefined
      free[freeCount++] = slot
    },
  }
}
