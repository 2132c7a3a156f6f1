/**
 * What a number is that comes once in some minutes: each value is looked at as it comes, and time is how many have come, so a gauge
 * of every five minutes and one of every hour are judged alike. Logarithms. JSON.
 */
export type RareValues = {
  seen: number
  usual: number
  /** What it was of late: by the last fourteen values and by the last seventy. */
  recent: number
  drift: number
  last: number
  /** How far single values, those of late, and each from the one before it usually lie off. */
  deviation: number
  recentDeviation: number
  driftDeviation: number
  stepDeviation: number
  /** How far off the last was that was told of; it fades, and what lies less than twice as far is known. */
  height: number
}

export const beginRare = (): RareValues => ({
  ...{ seen: 0, usual: 0, recent: 0, drift: 0, last: 0 },
  ...{ deviation: 0, recentDeviation: 0, driftDeviation: 0, stepDeviation: 0, height: 0 },
})

const leastSeen = 100
const leastDeviation = 0.001
const leastHeight = 2
const [usualShare, recentShare, driftShare] = [0.001, 0.05, 0.01]
const fadePerValue = 0.998

/** Takes the next value, and says by how much it is off: the most of four measures, 0 where that is known already. From 5 on it is news. */
export function takeRare(rare: RareValues, value: number): number {
  rare.seen++
  if (rare.seen === 1) {
    rare.usual = value
    rare.last = value
  }
  rare.recent += Math.max(recentShare, 1 / rare.seen) * (value - rare.recent)
  rare.drift += Math.max(driftShare, 1 / rare.seen) * (value - rare.drift)
  const off = Math.abs(value - rare.usual)
  const step = Math.abs(value - rare.last)
  const height = Math.max(
    (0.5 * off) / (rare.deviation + leastDeviation),
    (2 * Math.abs(rare.recent - rare.usual)) / usually(rare, rare.recentDeviation, recentShare),
    (3 * Math.abs(rare.drift - rare.usual)) / usually(rare, rare.driftDeviation, driftShare),
    (0.3 * step) / (rare.stepDeviation + leastDeviation),
  )
  const isNews = rare.seen >= leastSeen && height > 2 * rare.height
  if (isNews && height > leastHeight) rare.height = height
  rare.height *= fadePerValue
  learn(rare, value, off, step)
  return isNews ? height : 0
}

/**
 * How far a mean of late usually lies from that of all: as was learnt, and by chance alone at least. While few values were seen both are means of much
 * the same, and what was learnt from that is less; of the first ones it says nothing.
 */
function usually({ seen, deviation }: RareValues, learnt: number, share: number): number {
  if (seen < 3 / share) return Number.POSITIVE_INFINITY
  const variance = share / (2 - share) - Math.max(usualShare, 1 / seen)
  return Math.max(learnt, deviation * Math.sqrt(Math.max(0, variance))) + leastDeviation
}

/** What lies far off counts as thirty times what is usual. */
function learn(rare: RareValues, value: number, off: number, step: number): void {
  const share = Math.max(usualShare, 1 / rare.seen)
  const most = (deviation: number): number =>
    rare.seen < 50 ? Number.POSITIVE_INFINITY : 30 * (deviation + leastDeviation)
  const bound = most(rare.deviation)
  rare.usual += share * Math.max(-bound, Math.min(bound, value - rare.usual))
  const towards = (deviation: number, seen: number): number =>
    deviation + share * (Math.min(seen, most(deviation)) - deviation)
  rare.deviation = towards(rare.deviation, off)
  rare.recentDeviation = towards(rare.recentDeviation, Math.abs(rare.recent - rare.usual))
  rare.driftDeviation = towards(rare.driftDeviation, Math.abs(rare.drift - rare.usual))
  rare.stepDeviation = towards(rare.stepDeviation, step)
  rare.last = value
}
