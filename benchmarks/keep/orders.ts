/** Where an order fails, and how long after everything else of it. */
export type Failure = { readonly at: 'api' | 'work' | 'work early' | 'second'; readonly lateMs: number }

/** Orders from `first` to the one before `end`, and the share of them that fails. Orders outside do not fail. */
export type Orders = { readonly first: number; readonly end: number; readonly failing: number }

/** The longest that anything fails after all else of its order. */
export const longestLateMs = 10_000

/** More than half fail late in the worker, a fifth early in it, the others in one of the services. The same in each run. */
export function failureOf(order: number, { first, end, failing }: Orders): Failure | undefined {
  if (order < first || order >= end || fraction(order, 1) >= failing) return undefined
  const [kind, late] = [fraction(order, 2), fraction(order, 3)]
  if (kind < 0.55) return { at: 'work', lateMs: Math.round(late * longestLateMs) }
  if (kind < 0.75) return { at: 'work early', lateMs: 0 }
  return kind < 0.9 ? { at: 'second', lateMs: Math.round(late * 2_000) } : { at: 'api', lateMs: 0 }
}

/** From 0 to 1, the same for the same order, by the last step of MurmurHash3. */
function fraction(order: number, seed: number): number {
  let hash = Math.imul(order, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
