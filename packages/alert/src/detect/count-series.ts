import { beginLines, type KeptLines, reviveLines } from './kept-lines.ts'
import { evened, sigmasAbove, sigmasBelow, sigmasOfTrend } from './tails.ts'
import { beginUsual, carry, lagMinutes, learn, reviveUsual, type Usual, windowMinutes } from './usual.ts'
import type { ChangeKind } from './warning.ts'

/** So many minutes are open: the oldest is the one that is closed next. A power of two. */
export const openMinutes = 4
/** A power of two. */
export const ringMinutes = 32
/** Below so many of learning nothing is judged. */
export const leastLearntMinutes = 45
/** From here on a series is not as usual. */
export const unusualSigmas = 2.5

/** How many come of something. JSON. */
export type CountSeries = {
  bornMinute: number
  /** Of each open minute the sum of weights and that of their squares. */
  open: number[]
  /** Counts by minute, the last thirty-two. */
  ring: number[]
  /** Sums of weights and their squares, which fade. */
  weights: number
  squares: number
  usual: Usual
  /** Of the last hours, without their seasons: what its share of others is told from. */
  slow: number
  /** Of how many minutes that is known. */
  slowMinutes: number
  /** How much its share of others varies, squared, in ten minutes; 1 is chance alone. */
  shareWander: number
  /** How much the evened counts of ten minutes vary, squared. */
  wander: number
  /** The same where traffic is not looked at. */
  plainWander: number
  /** In how many of ten minutes there was any, as a share that fades within a day. */
  presence: number
  /** How high it came in its first hour, where that was in the time of learning. */
  first: number
  /** The height that it had, and after which nothing came. */
  harmless: number
  /** Since when it is not as usual; 0: it is. */
  sinceMinute: number
  lastMs: number
  /** Between two arrivals: the mean and its mean deviation. */
  gapMs: number
  gapDeviationMs: number
  arrivals: number
  lines: KeptLines
}

export const minuteZeros = (length: number): number[] => Array.from({ length }, () => 0)

export function beginCounts(minute: number): CountSeries {
  return {
    bornMinute: minute,
    open: minuteZeros(2 * openMinutes),
    ring: minuteZeros(ringMinutes),
    weights: 0,
    squares: 0,
    usual: beginUsual(),
    slow: 0,
    slowMinutes: 0,
    shareWander: 1,
    wander: 1,
    plainWander: 1,
    presence: 0,
    first: 0,
    harmless: 0,
    sinceMinute: 0,
    lastMs: 0,
    gapMs: 0,
    gapDeviationMs: 0,
    arrivals: 0,
    lines: beginLines(),
  }
}

export const reviveCounts = (saved: CountSeries): CountSeries =>
  Object.assign(beginCounts(0), saved, {
    usual: reviveUsual(saved.usual),
    lines: reviveLines(saved.lines),
  })

/** Returns whether it is the first of its minute: then its line is to be kept. */
export function count(series: CountSeries, slot: number, unixMs: number, weight: number): boolean {
  const { open } = series
  const before = open[2 * slot]!
  open[2 * slot] = before + weight
  open[2 * slot + 1] = open[2 * slot + 1]! + weight * weight
  if (unixMs > series.lastMs) {
    const gap = unixMs - series.lastMs
    if (series.lastMs > 0) {
      const share = Math.max(1 / (series.arrivals + 1), 0.02)
      series.gapMs += share * (gap - series.gapMs)
      series.gapDeviationMs += share * (Math.abs(gap - series.gapMs) - series.gapDeviationMs)
      series.arrivals++
    }
    series.lastMs = unixMs
  }
  return before === 0
}

/** Closes a minute: what was open goes into the ring, and what left it fifteen minutes ago is learnt from. */
export function closeCounts(series: CountSeries, minute: number): void {
  const { open } = series
  const slot = minute % openMinutes
  const counted = open[2 * slot]!
  series.weights = series.weights * 0.999 + counted
  series.squares = series.squares * 0.999 + open[2 * slot + 1]!
  open[2 * slot] = 0
  open[2 * slot + 1] = 0
  series.ring[minute % ringMinutes] = counted
  carry(series.usual, minute, true)
  if (minute - series.bornMinute < lagMinutes || isHeld(series.sinceMinute, minute)) return
  const { usual } = series
  const cap = usual.minutes < 60 ? Number.POSITIVE_INFINITY : 3 * usual.level + 5 * unitOf(series)
  const value = Math.min(series.ring[(minute - lagMinutes + ringMinutes) % ringMinutes]!, cap)
  learn(usual, value, true)
  series.slowMinutes = Math.min(series.slowMinutes + 1, 100_000)
  series.slow += Math.max(1 / series.slowMinutes, slowShare) * (value - series.slow)
}

/** A half-life of two hours. */
const slowShare = 1 - 2 ** (-1 / 120)
/** As many minutes know as much, each as well as the other. */
export const slowMostMinutes: number = 1 / slowShare

/** How things are now is how they are to be. Of what did not change more is known than these minutes say. */
export function rebaseCounts(series: CountSeries, minute: number): void {
  series.usual.level = sumOfLast(series.ring, minute, windowMinutes) / windowMinutes
  const unit = unitOf(series)
  const now = sumOfLast(series.ring, minute, rebaseMinutes)
  if (Math.abs(evened(now / unit) - evened((series.slow * rebaseMinutes) / unit)) > 1.5) {
    series.slow = (now + 0.5 * unit) / rebaseMinutes
    series.slowMinutes = rebaseMinutes
  }
  series.sinceMinute = 0
}

const rebaseMinutes = 20

/** What is not as usual teaches nothing, for two hours: then it is how things are now. */
export const isHeld = (sinceMinute: number, minute: number): boolean =>
  sinceMinute > 0 && minute - sinceMinute < 120 && minute > sinceMinute

/** How many records one stands for: what is sampled varies by it. */
export const unitOf = ({ weights, squares }: CountSeries): number => (weights > 0 ? squares / weights : 1)

export function sumOfLast(ring: readonly number[], minute: number, minutes: number): number {
  let sum = 0
  for (let back = 0; back < minutes; back++) sum += ring[(minute - back) & (ringMinutes - 1)]!
  return sum
}

/** What is expected in the window, before traffic is looked at. */
export function expectedIn(series: CountSeries): number {
  const { usual } = series
  const least = (0.5 / (Math.min(usual.minutes, 170) + 1)) * unitOf(series)
  return Math.max(usual.level, least) * windowMinutes * usual.windowFall
}

/** What a series comes to: `sigmas` is 0 where it is as usual. */
export type Judged = { kind: ChangeKind; sigmas: number; now: number; usual: number; sinceMinute: number }

/** How much of everything there is by what is usual, in ten minutes, and how well that is known. */
export type Traffic = { ratio: number; variance: number }

export function judgeCounts(series: CountSeries, minute: number, traffic: Traffic): Judged | undefined {
  const { usual, sinceMinute } = series
  const unit = unitOf(series)
  const now = sumOfLast(series.ring, minute, windowMinutes)
  const plain = expectedIn(series)
  const found =
    usual.minutes < leastLearntMinutes
      ? undefined
      : (more(series, minute, now, plain * Math.max(1, traffic.ratio), traffic.variance) ??
        fewer(series, minute, now, plain, traffic))
  series.presence += Math.max(0.0007, 1 / (usual.minutes + 1)) * ((now > 0 ? 1 : 0) - series.presence)
  if (usual.minutes > 0 && !isHeld(sinceMinute, minute)) {
    const even = evened(now / unit)
    const difference = even - evened((plain * traffic.ratio) / unit)
    learnWander(series, difference, even - evened((series.slow * windowMinutes) / unit))
  }
  if (!found || found.sigmas < unusualSigmas) {
    series.sinceMinute = 0
    return undefined
  }
  if (series.sinceMinute === 0) series.sinceMinute = minute
  // What stays so is seen in more than these ten minutes.
  const staysMinutes = Math.min(20, minute - series.sinceMinute)
  const sigmas = found.sigmas * Math.sqrt(1 + staysMinutes / 20)
  return { ...found, sigmas, sinceMinute: series.sinceMinute }
}

function learnWander(series: CountSeries, difference: number, plain: number): void {
  series.wander += 0.003 * (Math.min(difference ** 2, 9 * series.wander) - series.wander)
  series.plainWander += 0.003 * (Math.min(plain ** 2, 9 * series.plainWander) - series.plainWander)
}

/** What comes by a clock does not follow the traffic. */
export const isSteady = ({ plainWander }: CountSeries): boolean => plainWander < 0.5

/** In the time of learning: what comes now is no news. */
export function noteFirst(series: CountSeries, minute: number): void {
  if (minute - series.bornMinute < firstMinutes)
    series.first = Math.max(series.first, sumOfLast(series.ring, minute, windowMinutes))
}

const firstMinutes = 60

/** It was as high before, give or take what counts vary by, and nothing came of it. */
export function isHarmless(series: CountSeries, now: number): boolean {
  // What comes and goes, such as a job at night, came first as high as it will again.
  const height = Math.max(series.harmless, series.presence < 0.5 ? series.first : 0)
  if (height === 0) return false
  const unit = unitOf(series)
  return evened(now / unit) < 1.15 * evened(height / unit) + 2
}

/** How irregular arrivals are: 0 is a clock, 1 is chance. */
const unevennessOf = ({ gapDeviationMs, gapMs }: CountSeries): number =>
  Math.min(2, gapDeviationMs / Math.max(1, gapMs) / 0.74)

/** Below it something comes by a clock, and does not follow the traffic. */
const clockUnevenness = 0.4

type Found = Omit<Judged, 'sinceMinute'>

/** How much counts vary where so many are expected, and how well that is known, by the variance of chance. */
export const spreadOf = (series: CountSeries, mean: number, varianceOfTraffic: number): number =>
  Math.max(series.wander, 1 + mean * varianceOfTraffic) +
  mean / Math.max(1, (series.usual.level * 120) / unitOf(series))

/** Counts by minute, the newest last: of the series that is looked at. */
const recent: number[] = minuteZeros(windowMinutes)

function more(
  series: CountSeries,
  minute: number,
  now: number,
  usual: number,
  varianceOfTraffic: number,
): Found | undefined {
  const unit = unitOf(series)
  const [n, mean] = [now / unit, usual / unit]
  const least = series.usual.minutes < 1440 ? 3 : 1.4
  if (n < 5 || n < least * mean || isHarmless(series, now)) return undefined
  const spread = spreadOf(series, mean, varianceOfTraffic)
  const scale = Math.sqrt(isSteady(series) ? Math.max(0.5, series.wander) : spread)
  const excess = mean < 20 ? sigmasAbove(n, mean, spread) : (evened(n) - evened(mean)) / scale
  for (let at = 0; at < windowMinutes; at++)
    recent[at] = series.ring[(minute - windowMinutes + 1 + at) & (ringMinutes - 1)]! / unit
  const trend = Math.max(0, Math.min(5, sigmasOfTrend(recent, spread)))
  return { kind: 'more', sigmas: Math.hypot(excess, trend), now, usual }
}

function fewer(
  series: CountSeries,
  minute: number,
  now: number,
  plain: number,
  traffic: Traffic,
): Found | undefined {
  if (series.arrivals < 50 || series.presence < 0.9) return undefined
  const unit = unitOf(series)
  const irregular = unevennessOf(series)
  const isClock = irregular < clockUnevenness || isSteady(series)
  const unevenness = isClock ? Math.min(irregular, clockUnevenness) : irregular
  const usual = isClock ? plain : plain * Math.min(1, traffic.ratio)
  const silentMinutes = minute + 1 - series.lastMs / 60_000
  const missing = ((usual / windowMinutes) * silentMinutes) / unit
  if (silentMinutes >= 3 && missing >= 4 + 12 * unevenness ** 2 && series.gapMs * 4 < silentMinutes * 60_000)
    return { kind: 'silent', sigmas: sigmasOfSilence(missing, unevenness, isClock), now, usual }
  const mean = usual / unit
  const n = now / unit
  if (mean < 8 || n > 0.6 * mean) return undefined
  const sigmas = isClock
    ? (evened(mean) - evened(n)) / Math.max(0.3, Math.sqrt(series.wander))
    : sigmasBelow(n, mean) / Math.sqrt(Math.max(series.wander, 1 + mean * traffic.variance))
  return { kind: 'fewer', sigmas, now, usual }
}

/** Of what comes by chance, silence is as likely as e to the power of what is missing. */
const sigmasOfSilence = (missing: number, unevenness: number, isClock: boolean): number =>
  Math.min(12, isClock ? 6.5 + missing / 8 : Math.sqrt(2 * missing) / Math.max(1, unevenness))
