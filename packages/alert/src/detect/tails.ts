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
  for (const [at, count] of counts.entries()) {
    sum += count
    moment += (at - middle) * count
    squares += (at - middle) ** 2
  }
  const variance = (sum / counts.length) * squares * spread
  return variance > 0 ? moment / Math.sqrt(variance) : 0
}

/** The middle of values by weight; 1 where there is none. It brings them into order. */
export function weightedMedian(pairs: (readonly [value: number, weight: number])[]): number {
  if (pairs.length > 32) pairs.sort(([a], [b]) => a - b)
  else insertInOrder(pairs)
  let half = 0
  for (const [, weight] of pairs) half += weight / 2
  let sum = 0
  for (const [value, weight] of pairs) {
    sum += weight
    if (sum >= half) return value
  }
  return 1
}

/** Of a few that is faster than the sort that works for many. */
function insertInOrder(pairs: (readonly [value: number, weight: number])[]): void {
  for (let at = 1; at < pairs.length; at++) {
    const pair = pairs[at]!
    let into = at
    for (; into > 0 && pairs[into - 1]![0] > pair[0]; into--) pairs[into] = pairs[into - 1]!
    pairs[into] = pair
  }
}
