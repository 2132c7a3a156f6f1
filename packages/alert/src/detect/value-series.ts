import { isHeld, type Judged, minuteZeros, openMinutes } from './count-series.ts'
import { beginLines, type KeptLines, reviveLines } from './kept-lines.ts'
import { beginRare, type RareValues, takeRare } from './rare-values.ts'
import { beginUsual, carry, lagMinutes, learn, reviveUsual, shareOfHalfDay, type Usual } from './usual.ts'

/** So many minutes are kept: those that are compared, and those until they are learnt from. A power of two. */
const valueMinutes = 16

/** What a number is, by the mean of its logarithms. JSON. */
export type ValueSeries = {
  bornMinute: number
  /** Of each open minute and of each that is kept: the sum by weight, that of squares, the weight, and how many there were. */
  open: number[]
  kept: number[]
  /** Of single values, squared: within a minute, or from one to the next where each has one. */
  variance: number
  /** Of the usual of the last hours, and of the last day. */
  usual: Usual
  slow: Usual
  /** How far ten minutes lie from either, squared, beyond what so few values vary. */
  wander: number
  slowWander: number
  harmless: number
  sinceMinute: number
  /** Of a number that comes less than every other minute: the last one, when, and by how much it was off. */
  rare: RareValues
  rareMinute: number
  rareSigmas: number
  /** The line of the highest value of this minute and of those before. */
  topMinute: number
  top: number
  lines: KeptLines
}

export function beginValues(minute: number): ValueSeries {
  return {
    bornMinute: minute,
    open: minuteZeros(4 * openMinutes),
    kept: minuteZeros(4 * valueMinutes),
    variance: 0,
    usual: beginUsual(),
    slow: beginUsual(),
    wander: 0.01,
    slowWander: 0.01,
    harmless: 0,
    sinceMinute: 0,
    rare: beginRare(),
    rareMinute: 0,
    rareSigmas: 0,
    topMinute: 0,
    top: 0,
    lines: beginLines(),
  }
}

export const reviveValues = (saved: ValueSeries): ValueSeries =>
  Object.assign(beginValues(0), saved, {
    usual: reviveUsual(saved.usual),
    slow: reviveUsual(saved.slow),
    rare: Object.assign(beginRare(), saved.rare),
    lines: reviveLines(saved.lines),
  })

/** Logarithms that take zero and what is below. */
export const logOf = (value: number): number => (value < 0 ? -Math.log1p(-value) : Math.log1p(value))
const valueAt = (log: number): number => (log < 0 ? -Math.expm1(-log) : Math.expm1(log))

const openSlot = (minute: number): number => 4 * (minute & (openMinutes - 1))
const keptSlot = (minute: number): number => 4 * (minute & (valueMinutes - 1))

/** Returns whether its line is to be kept: the highest of its minute so far. */
export function measure(series: ValueSeries, minute: number, value: number, weight: number): boolean {
  const { open } = series
  const slot = openSlot(minute)
  const log = logOf(value)
  open[slot] = open[slot]! + log * weight
  open[slot + 1] = open[slot + 1]! + log * log * weight
  open[slot + 2] = open[slot + 2]! + weight
  open[slot + 3] = open[slot + 3]! + 1
  if (minute === series.topMinute && log <= series.top) return false
  series.topMinute = minute
  series.top = log
  return true
}

/** Closes a minute. */
export function closeValues(series: ValueSeries, minute: number): void {
  const { open, kept } = series
  const from = openSlot(minute)
  const sum = open[from]!
  const weight = open[from + 2]!
  const count = open[from + 3]!
  if (weight > 0 && !isHeld(series.sinceMinute, minute)) learnVariance(series, minute, sum / weight, count)
  const to = keptSlot(minute)
  for (let at = 0; at < 4; at++) {
    kept[to + at] = open[from + at]!
    open[from + at] = 0
  }
  if (count > 0 && count < leastCount && countOfLast(kept, minute, 10) < leastCount) {
    series.rareMinute = minute
    series.rareSigmas = takeRare(series.rare, sum / weight)
  }
  carry(series.usual, minute, false)
  carry(series.slow, minute, false)
  const oldest = keptSlot(minute - lagMinutes)
  const old = kept[oldest + 2]!
  if (minute - series.bornMinute < lagMinutes || old === 0 || isHeld(series.sinceMinute, minute)) return
  const mean = kept[oldest]! / old
  learn(series.usual, mean, false)
  learn(series.slow, mean, false, shareOfHalfDay)
}

function learnVariance(series: ValueSeries, minute: number, mean: number, count: number): void {
  const { open, kept } = series
  let variance = 0
  if (count > 1) {
    const slot = openSlot(minute)
    const within = open[slot + 1]! / open[slot + 2]! - mean ** 2
    variance = (Math.max(0, within) * count) / (count - 1)
  } else {
    const before = keptSlot(minute - 1)
    if (kept[before + 3] !== 1) return
    variance = (mean - kept[before]! / kept[before + 2]!) ** 2 / 2
  }
  const share = Math.max(Math.min(0.05, 0.002 * count), 1 / (minute - series.bornMinute + 1))
  series.variance += share * (variance - series.variance)
}

/** How things are now is how they are to be. */
export function rebaseValues(series: ValueSeries, minute: number): void {
  const { mean, count } = meanOfLast(series.kept, minute, 10)
  if (count === 0) return
  series.usual.level = mean
  series.slow.level = mean
  series.sinceMinute = 0
}

const leastMinutes = 45
/** A warning wants more than NAB's best threshold, which is about five: some eight. */
const heightToSigmas = 0.65
/** In ten minutes; of fewer each is looked at alone. */
const leastCount = 5

function countOfLast(kept: readonly number[], minute: number, minutes: number): number {
  let count = 0
  for (let back = 0; back < minutes; back++) count += kept[keptSlot(minute - back) + 3]!
  return count
}

/** Of the last minutes. */
function meanOfLast(
  kept: readonly number[],
  minute: number,
  minutes: number,
): { mean: number; variance: number; count: number } {
  let sum = 0
  let squares = 0
  let count = 0
  let weight = 0
  for (let back = 0; back < minutes; back++) {
    const at = keptSlot(minute - back)
    sum += kept[at]!
    squares += kept[at + 1]!
    weight += kept[at + 2]!
    count += kept[at + 3]!
  }
  const mean = weight > 0 ? sum / weight : 0
  return { mean, variance: weight > 0 ? Math.max(0, squares / weight - mean * mean) : 0, count }
}

/** `leastStep`: a smaller change, in logarithms, is none. `onlyUp`: less of it is no harm. */
export function judgeValues(
  series: ValueSeries,
  minute: number,
  leastStep: number,
  onlyUp: boolean,
): Judged | undefined {
  const { mean, variance, count } = meanOfLast(series.kept, minute, 10)
  if (count < leastCount) return onlyUp ? undefined : judgeRare(series, minute, leastStep)
  if (series.usual.minutes < leastMinutes) return undefined
  // What is rarely anything but the same varies more once it is: without this, three retries among fifteen jobs would be news.
  const sampling = Math.max(series.variance, (series.variance + variance) / 2) / count
  const fast = mean - series.usual.level
  const slow = mean - series.slow.level
  const sigmasFast = fast / Math.sqrt(series.wander + sampling + 1e-5)
  const sigmasSlow = slow / Math.sqrt(series.slowWander + sampling + 1e-5)
  const { mean: newest, count: newestCount } = meanOfLast(series.kept, minute, 3)
  const isSlow = Math.abs(sigmasSlow) > Math.abs(sigmasFast)
  const [step, sigmas, usual] = isSlow
    ? [slow, sigmasSlow, series.slow.level]
    : [fast, sigmasFast, series.usual.level]
  if (!isHeld(series.sinceMinute, minute)) {
    series.wander = widen(series.wander, fast, sampling)
    series.slowWander = widen(series.slowWander, slow, sampling)
  }
  const isChange =
    Math.abs(sigmas) >= 2.5 &&
    Math.abs(step) >= leastStep &&
    (step > 0 || !onlyUp) &&
    newestCount > 0 &&
    (newest - usual) * Math.sign(step) >= leastStep * 0.8 &&
    !(series.harmless !== 0 && step * series.harmless > 0 && Math.abs(step) < 1.3 * Math.abs(series.harmless))
  if (!isChange) {
    series.sinceMinute = 0
    return undefined
  }
  if (series.sinceMinute === 0) series.sinceMinute = minute
  return {
    kind: step > 0 ? 'higher' : 'lower',
    sigmas: Math.abs(sigmas),
    now: valueAt(mean),
    usual: valueAt(usual),
    sinceMinute: series.sinceMinute,
  }
}

/** Those of spans and jobs are single measurements of something that varies; only numbers that lines carry are gauges. */
function judgeRare(
  { rare, rareMinute, rareSigmas, harmless }: ValueSeries,
  minute: number,
  leastStep: number,
): Judged | undefined {
  const step = rare.last - rare.usual
  const sigmas = Math.min(12, rareSigmas * heightToSigmas)
  if (rareMinute !== minute || sigmas < 3.5 || Math.abs(step) < leastStep) return undefined
  if (step * harmless > 0 && Math.abs(step) < 1.3 * Math.abs(harmless)) return undefined
  const kind = step > 0 ? 'higher' : 'lower'
  return {
    kind,
    sigmas,
    now: valueAt(rare.last),
    usual: valueAt(rare.usual),
    sinceMinute: minute,
  }
}

/** Learns how far it usually lies off; what lies far off counts as three times that. */
function widen(wander: number, off: number, sampling: number): number {
  const squared = Math.min(Math.max(0, off * off - sampling), 9 * wander + 1e-6)
  return wander + 0.003 * (squared - wander)
}
