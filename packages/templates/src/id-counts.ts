/** How many have an id, at most: most that nobody has are told without a look-up. */
export type IdCounts = {
  /** Never fewer than have it. */
  atMost(id: number): number
  add(ids: readonly number[]): void
  /** Some that were added. */
  remove(ids: readonly number[]): void
}

const smallest = 1024
/** So many places for each id. */
const spread = 4
/** A number that came so far stays there. */
const full = 255

/** `all`: every id that was added and not removed, for when more room is needed. */
export function createIdCounts(all: () => Iterable<number>): IdCounts {
  let counts = new Uint8Array(smallest)
  let added = 0
  const placeOf = (id: number): number => (id ^ (id / 65_536)) & (counts.length - 1)
  const count = (id: number): void => {
    const place = placeOf(id)
    if (counts[place]! < full) counts[place]!++
  }
  return {
    atMost: (id) => counts[placeOf(id)]!,
    add(ids) {
      added += ids.length
      if (added * spread > counts.length) {
        counts = new Uint8Array(counts.length * 4)
        for (const id of all()) count(id)
      }
      for (const id of ids) count(id)
    },
    remove(ids) {
      added -= ids.length
      for (const id of ids) {
        const place = placeOf(id)
        if (counts[place]! < full) counts[place]!--
      }
    },
  }
}
