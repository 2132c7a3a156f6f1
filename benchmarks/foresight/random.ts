/** Numbers of a seed. */
export type Random = {
  /** From 0 to 1, without 1. */
  next(): number
  between(least: number, most: number): number
  normal(): number
  poisson(mean: number): number
  pick<T>(list: readonly T[]): T
}

/** The same seed gives the same numbers: mulberry32, by Tommy Ettinger, public domain. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  const poisson = (mean: number): number => {
    if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()))
    const limit = Math.exp(-mean)
    let count = -1
    for (let product = 1; product > limit || count < 0; count++) {
      product *= next()
      if (product <= limit) return count + 1
    }
    return count
  }
  return {
    next,
    between: (least, most) => least + (most - least) * next(),
    normal,
    poisson,
    pick: (list) => list[Math.floor(next() * list.length)]!,
  }
}
