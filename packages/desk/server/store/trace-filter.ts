/**
 * Says of most traces that are new that they are new, without asking the database: a Bloom filter of a megabyte. For the
 * million traces that a segment can hold one new trace in forty looks known.
 * https://en.wikipedia.org/wiki/Bloom_filter
 */
export type TraceFilter = {
  /** False: this trace was never added. */
  has(traceId: string): boolean
  add(traceId: string): void
}

const bits = 2 ** 23

export function createTraceFilter(): TraceFilter {
  const words = new Uint32Array(bits / 32)
  const isSet = (bit: number): boolean => (words[bit >>> 5]! & (1 << (bit & 31))) !== 0
  const set = (bit: number): void => {
    words[bit >>> 5]! |= 1 << (bit & 31)
  }
  return {
    has: (traceId) =>
      isSet(placeIn(traceId, 14)) && isSet(placeIn(traceId, 20)) && isSet(placeIn(traceId, 26)),
    add(traceId) {
      for (const digit of [14, 20, 26]) set(placeIn(traceId, digit))
    },
  }
}

/** The lower half of a trace id is random, where the upper may be a time: six digits of it are a place. */
function placeIn(traceId: string, digit: number): number {
  return Number.parseInt(traceId.slice(digit, digit + 6), 16) & (bits - 1)
}
