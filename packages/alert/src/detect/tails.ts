/** What makes the roots of small counts vary as those of large ones do. */
export const evenedFrom = 0.375

/** Square roots of counts vary by the same wherever they lie (Anscombe, 1948). */
export const evened = (count: number): number => 2 * Math.sqrt(Math.max(0, count) + evenedFrom)

/** Of which count that is the evened one. */
export const counted = (even: number): number => Math.max(0, (Math.max(0, even) / 2) ** 2 - evenedFrom)

/**
 * How unlikely it is that at least `count` come where `mean` are expected, in standard deviations. `spread`: the variance by the mean;
 * 1 is Poisson's distribution, more the negative binomial one.
 */
export function sigmasAbove(count: number, mean: number, spread: number): number {
  const least = Math.ceil(count - 1e-9)
  if (least <= mean) return 0
  const isPoisson = spread < 1.001
  const size = mean / (spread - 1)
  let log = isPoisson ? -mean : -size * Math.log(spread)
  let total = 0
  for (let k = 0; k < least + 400; k++) {
    if (k >= least) {
      const term = Math.exp(log)
      total += term
      if (term < total * 1e-6 && k > mean) break
    }
    log += Math.log(isPoisson ? mean / (k + 1) : ((size + k) / (k + 1)) * (1 - 1 / spread))
  }
  return sigmasOf(total)
}

/** How unlikely it is that at most `count` come where `mean` are expected by chance: the root of the deviance, between two counts. */
export function sigmasBelow(count: number, mean: number): number {
  const n = count + 0.5
  return n >= mean ? 0 : Math.sqrt(2 * (n * Math.log(n / mean) - n + mean))
}

/** How unlikely it is that `count` of `of` or more are of one kind where its share is usually `share`; the same of a binomial. */
export function sigmasOfShare(count: number, of: number, share: number): number {
  const [n, rest] = [count - 0.5, of - count + 0.5]
  if (n <= of * share) return 0
  return Math.sqrt(2 * (n * Math.log(n / (of * share)) + rest * Math.log(rest / (of * (1 - share)))))
}

/** Of a probability below a half (Abramowitz and Stegun, 26.2.23). */
function sigmasOf(probability: number): number {
  if (probability >= 0.5) return 0
  const t = Math.sqrt(-2 * Math.log(Math.max(probability, 1e-300)))
  return (
    t -
    (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3)
  )
}

/** The slope of the last counts, the newest last, in standard deviations of one that is none. */
export function sigmasOfTrend(counts: readonly number[], spread: number): number {
  const middle = (counts.length - 1) / 2
  let sum = 0
  let moment = 0
  let squares = 0
  for (let at = 0; at < counts.length; at++) {
    const count = counts[at]!
    sum += count
    moment += (at - middle) * count
    squares += (at - middle) ** 2
  }
  const variance = (sum / counts.length) * squares * spread
  return variance > 0 ? moment / Math.sqrt(variance) : 0
}

/** Values, each with a weight. What they are kept in is used again: they come and go each minute. */
export type Weighted = { size: number; values: Float64Array; weights: Float64Array }

export const beginWeighted = (): Weighted => ({
  size: 0,
  values: new Float64Array(32),
  weights: new Float64Array(32),
})

export function addWeighted(all: Weighted, value: number, weight: number): void {
  if (all.size === all.values.length) {
    for (const name of ['values', 'weights'] as const) {
      const wider = new Float64Array(2 * all.size)
      wider.set(all[name])
      all[name] = wider
    }
  }
  all.values[all.size] = value
  all.weights[all.size] = weight
  all.size++
}

/** The middle of values by weight; 1 where there is none. It brings them into order. */
export function weightedMedian(all: Weighted): number {
  if (all.size > 32) sort(all)
  else insertInOrder(all)
  const { size, values, weights } = all
  let half = 0
  for (let at = 0; at < size; at++) half += weights[at]! / 2
  let sum = 0
  for (let at = 0; at < size; at++) {
    sum += weights[at]!
    if (sum >= half) return values[at]!
  }
  return 1
}

function sort({ size, values, weights }: Weighted): void {
  const pairs = Array.from({ length: size }, (_, at): [number, number] => [values[at]!, weights[at]!])
  pairs.sort(([a], [b]) => a - b)
  for (const [at, [value, weight]] of pairs.entries()) {
    values[at] = value
    weights[at] = weight
  }
}

/** Of a few that is faster than the sort that works for many. */
function insertInOrder({ size, values, weights }: Weighted): void {
  for (let at = 1; at < size; at++) {
    const value = values[at]!
    const weight = weights[at]!
    let into = at
    for (; into > 0 && values[into - 1]! > value; into--) {
      values[into] = values[into - 1]!
      weights[into] = weights[into - 1]!
    }
    values[into] = value
    weights[into] = weight
  }
}
