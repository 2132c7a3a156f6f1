import type { Series } from './nab-series.ts'

/** A number for each value of a series; what is at or above the threshold is an alert. */
export type Scored = { series: Series; scores: readonly number[] }

/** NAB's profile "standard": what a fault that is told of brings, what each false alert and each fault that is not told of costs. */
const [gain, falseCost, missCost] = [1, 0.11, 1]

/** From 1 a window before its end, 0 at its end, to -1 long after it (Lavin and Ahmad, 2015, and `sweeper.py` of NAB 1.1). */
const sigmoid = (position: number): number => (position > 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1)

/** What an alert at each value is worth, and of which window it is (-1: none). */
function worthOf({ values, windows }: Series): { worth: number[]; of: number[] } {
  const of = values.map((_, at) => windows.findIndex(([first, last]) => at >= first && at <= last))
  const worth = of.map((window, at) => {
    if (window >= 0) {
      const [first, last] = windows[window]!
      return (gain * sigmoid(-(last - at + 1) / (last - first + 1))) / sigmoid(-1)
    }
    const before = windows.findLast(([, last]) => last < at)
    return before ? falseCost * sigmoid((at - before[1]) / Math.max(1, before[1] - before[0])) : -falseCost
  })
  return { worth, of }
}

/** Of all series, one threshold: the one that is best, as NAB's own protocol chooses it; scaled from who tells of nothing to who is perfect. */
export function best(all: readonly Scored[]): { score: number; threshold: number } {
  const worths = all.map(({ series }) => worthOf(series))
  const windows = all.reduce((sum, { series }) => sum + series.windows.length, 0)
  let found = { score: 0, threshold: Number.POSITIVE_INFINITY }
  for (const threshold of thresholdsOf(all)) {
    const raw = all.reduce((sum, one, at) => sum + rawOf(one, worths[at]!, threshold), 0)
    const score = (100 * (raw + missCost * windows)) / ((gain + missCost) * windows)
    if (score > found.score) found = { score, threshold }
  }
  return found
}

/** Two hundred of the scores that were given, evenly by rank among the highest tenth. */
function thresholdsOf(all: readonly Scored[]): number[] {
  const given = all.flatMap(({ series, scores }) =>
    scores.slice(series.probation).filter((score) => score > 0),
  )
  const sorted = given.toSorted((a, b) => b - a)
  const highest = sorted.slice(0, Math.max(400, Math.ceil(sorted.length / 10)))
  const step = Math.max(1, Math.floor(highest.length / 200))
  return highest.filter((_, at) => at % step === 0)
}

/** The earliest alert of a window counts, the others within it do not; each outside costs. */
function rawOf(
  { series, scores }: Scored,
  { worth, of }: ReturnType<typeof worthOf>,
  threshold: number,
): number {
  const bestOf = new Map<number, number>()
  let raw = 0
  for (let at = series.probation; at < scores.length; at++) {
    if (scores[at]! < threshold) continue
    const window = of[at]!
    if (window < 0) raw += worth[at]!
    else bestOf.set(window, Math.max(bestOf.get(window) ?? -missCost, worth[at]!))
  }
  for (let window = 0; window < series.windows.length; window++) raw += bestOf.get(window) ?? -missCost
  return raw
}

/** What an alert of each value at or above the threshold comes to. */
export function detectionOf({ series, scores }: Scored, threshold: number) {
  const alerts = scores.flatMap((score, at) => (at >= series.probation && score >= threshold ? [at] : []))
  const inWindow = (at: number): number =>
    series.windows.findIndex(([first, last]) => at >= first && at <= last)
  return {
    name: series.name,
    windows: series.windows.length,
    found: new Set(alerts.map(inWindow).filter((window) => window >= 0)).size,
    falseOnes: alerts.filter((at) => inWindow(at) < 0).length,
  }
}
