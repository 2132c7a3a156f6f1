import { createIdCounts } from './id-counts.ts'

/** `id`, and the one that stands for it now. */
export type Merge = readonly [id: number, into: number]

/** Which template an older one became a part of. */
export type Merges = {
  /** The id that stands for it now; itself when it joined none. */
  resolve(id: number): number
  /** From now on `into` stands for it. */
  join(id: number, into: number): void
  /** It stands for itself again. */
  part(id: number): void
  all(): Merge[]
  /** What was not taken yet, and not forgotten since. */
  take(): Merge[]
}

/** Keeps the last `most`. */
export function createMerges(most: number): Merges {
  const table = new Map<number, number>()
  const ids = createIdCounts(() => table.keys())
  const fresh = new Set<number>()
  const forget = (id: number): void => {
    if (ids.atMost(id) === 0 || !table.delete(id)) return
    ids.remove([id])
    fresh.delete(id)
  }
  const resolve = (id: number): number => {
    if (ids.atMost(id) === 0) return id
    let now = id
    for (let next = table.get(now); next !== undefined; next = table.get(now)) now = next
    return now
  }
  return {
    resolve,
    join(id, into) {
      if (id === into) return
      forget(id)
      // It was a part of this one before: no circles.
      if (resolve(into) === id) forget(into)
      ids.add([id])
      table.set(id, into)
      fresh.add(id)
      if (table.size > most) for (const oldest of table.keys()) return forget(oldest)
    },
    part: forget,
    all: () => [...table.keys()].map((id) => [id, resolve(id)]),
    take() {
      const taken = [...fresh].map((id): Merge => [id, resolve(id)])
      fresh.clear()
      return taken
    },
  }
}
