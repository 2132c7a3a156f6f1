import type { Limits, Metric } from '../../rules/rule.ts'
import type { Judge, Verdict } from './judge.ts'
import { addTime, sumOf, type Times, trimTimes } from './times.ts'

/** Windows of these move by a sixtieth of their length. */
function stepOf(windowMs: number): number {
  return Math.max(1, Math.floor(windowMs / 60))
}

/** The end of the step that a moment is in. */
function endOfStep(ms: number, stepMs: number): number {
  return Math.ceil(ms / stepMs) * stepMs
}

/** Those that may still be looked at are kept, which may be many where a partition is far behind; of more than these the newest. */
const maxMoments = 5_000

/** So many times as many, or as few, records in the window as in the one before it. */
export function spikeJudge({
  windowMs,
  height,
  direction,
  atLeast,
}: {
  windowMs: number
  height: number
  direction: 'up' | 'down' | 'both'
  atLeast: number
}): Judge<Times> {
  const stepMs = stepOf(windowMs)
  const judgeAt = (times: Times, endMs: number, atMs: number, sinceMs: number): Verdict => {
    const now = sumOf(times, endMs - windowMs, endMs)
    const before = sumOf(times, endMs - 2 * windowMs, endMs - windowMs)
    const base = { atMs, value: now, before: String(before) }
    if (endMs - sinceMs < 2 * windowMs) return { ...base, limit: 0, holds: false, because: 'learning' }
    const up = direction !== 'down' && now >= atLeast && now >= height * Math.max(1, before)
    const down = direction !== 'up' && before >= atLeast && now * height <= before
    return { ...base, limit: down ? before / height : height * before, holds: up || down }
  }
  return {
    begin: () => [],
    add(times, { unixMs, weight }, newestMs, sinceMs) {
      addTime(times, endOfStep(unixMs, stepMs), weight)
      return judgeAt(times, endOfStep(newestMs, stepMs), newestMs, sinceMs)
    },
    at: (times, atMs, sinceMs) => judgeAt(times, atMs, atMs, sinceMs),
    trim: (times, ms) => trimTimes(times, ms, maxMoments),
    reachMs: 2 * windowMs,
    stepMs,
    ends: true,
  }
}

/** Fewer records in the window than that. */
export function flatlineJudge({
  windowMs,
  threshold,
}: {
  windowMs: number
  threshold: number
}): Judge<Times> {
  const stepMs = stepOf(windowMs)
  const judgeAt = (times: Times, atMs: number, sinceMs: number): Verdict => {
    const value = sumOf(times, atMs - windowMs, atMs)
    const verdict = { atMs, value, limit: threshold }
    if (atMs - sinceMs < windowMs) return { ...verdict, holds: false, because: 'learning' }
    return { ...verdict, holds: value < threshold }
  }
  return {
    begin: () => [],
    add(times, { unixMs, weight }, newestMs) {
      addTime(times, endOfStep(unixMs, stepMs), weight)
      // A record can only end it; that it is too quiet is seen with time.
      const value = sumOf(times, newestMs - windowMs, newestMs + stepMs)
      return { atMs: newestMs, value, limit: threshold, holds: false }
    },
    at: judgeAt,
    trim: (times, ms) => trimTimes(times, ms, maxMoments),
    reachMs: windowMs,
    stepMs,
    awaitsSilence: true,
    ends: true,
  }
}

type Parts = { all: Times; some: Times }

/** The share of some records among all in the window. */
export function ratioJudge({
  windowMs,
  atLeast,
  ...limits
}: { windowMs: number; atLeast: number } & Limits): Judge<Parts> {
  const stepMs = stepOf(windowMs)
  const judgeAt = ({ all, some }: Parts, endMs: number, atMs: number): Verdict => {
    const total = sumOf(all, endMs - windowMs, endMs)
    const value = total === 0 ? 0 : sumOf(some, endMs - windowMs, endMs) / total
    return { atMs, value, before: String(total), ...held(value, limits, total >= atLeast) }
  }
  return {
    begin: () => ({ all: [], some: [] }),
    add(parts, { unixMs, weight, value }, newestMs) {
      const ms = endOfStep(unixMs, stepMs)
      addTime(parts.all, ms, weight)
      if (value === true) addTime(parts.some, ms, weight)
      return judgeAt(parts, endOfStep(newestMs, stepMs), newestMs)
    },
    at: (parts, atMs) => judgeAt(parts, atMs, atMs),
    trim(parts, ms) {
      trimTimes(parts.all, ms, maxMoments)
      trimTimes(parts.some, ms, maxMoments)
    },
    reachMs: windowMs,
    stepMs,
    ends: true,
  }
}

const maxValues = 2000

/** A number made of the newest 2,000 values in the window. */
export function aggregateJudge({
  windowMs,
  metric,
  atLeast,
  ...limits
}: { windowMs: number; metric: Metric; atLeast: number } & Limits): Judge<Times> {
  const stepMs = stepOf(windowMs)
  const judgeAt = (values: Times, atMs: number): Verdict => {
    const inside: number[] = []
    for (let i = 0; i < values.length; i += 2) {
      if (values[i]! > atMs - windowMs && values[i]! <= atMs) inside.push(values[i + 1]!)
    }
    const value = inside.length === 0 ? 0 : aggregates[metric](inside)
    return { atMs, value, before: String(inside.length), ...held(value, limits, inside.length >= atLeast) }
  }
  return {
    begin: () => [],
    add(values, { unixMs, value }, newestMs) {
      if (typeof value !== 'number' || !Number.isFinite(value)) {
        return { atMs: newestMs, value: 0, limit: 0, holds: false, because: 'no field' }
      }
      let at = values.length - 2
      while (at >= 0 && values[at]! > unixMs) at -= 2
      values.splice(at + 2, 0, unixMs, value)
      return judgeAt(values, newestMs)
    },
    at: judgeAt,
    trim: (values, ms) => trimTimes(values, ms, maxValues),
    reachMs: windowMs,
    stepMs,
    ends: true,
  }
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)
/** The nearest rank. */
const percentile = (share: number) => (values: number[]) =>
  valueAt(values, Math.max(0, Math.ceil(share * values.length) - 1))

/** The value that would be at this index if they were in order; puts them in another. Hoare's selection, without sorting all. */
function valueAt(values: number[], index: number): number {
  let from = 0
  let to = values.length - 1
  while (from < to) {
    const middle = values[(from + to) >> 1]!
    let left = from
    let right = to
    while (left <= right) {
      while (values[left]! < middle) left++
      while (values[right]! > middle) right--
      if (left > right) break
      const value = values[left]!
      values[left++] = values[right]!
      values[right--] = value
    }
    if (index <= right) to = right
    else if (index >= left) from = left
    else break
  }
  return values[index]!
}

/** By how much the median of the later half of the values is above that of the earlier; of one value nothing. */
function rise(values: number[]): number {
  const half = values.length >> 1
  if (half === 0) return 0
  const median = percentile(0.5)
  return median(values.slice(half)) - median(values.slice(0, half))
}

const aggregates: { [M in Metric]: (values: number[]) => number } = {
  min: (values) => values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
  max: (values) => values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
  sum,
  avg: (values) => sum(values) / values.length,
  p50: percentile(0.5),
  p90: percentile(0.9),
  p95: percentile(0.95),
  p99: percentile(0.99),
  rise,
}

/**
 * Distinct values with times in which each came again within a window: `[value, first, last, …]`, several times where it was away
 * for longer. So it is known of any moment whether the window before it has the value.
 */
type Distinct = (string | number)[]

const maxDistinct = 5000

/** How many distinct values the field has in the window. */
export function cardinalityJudge({ windowMs, ...limits }: { windowMs: number } & Limits): Judge<Distinct> {
  const stepMs = stepOf(windowMs)
  const judgeAt = (distinct: Distinct, atMs: number, isLearned: boolean): Verdict => {
    let value = 0
    for (let i = 0; i < distinct.length; i += 3) {
      if ((distinct[i + 1] as number) <= atMs && atMs < (distinct[i + 2] as number) + windowMs) value++
    }
    const { above, below } = limits
    // Few values are no news before a window was seen whole.
    return {
      atMs,
      value,
      ...held(value, { above, below: isLearned ? below : undefined }, true),
      limit: above ?? below!,
    }
  }
  return {
    begin: () => [],
    add(distinct, { unixMs, value }, newestMs) {
      if (typeof value !== 'string') {
        return { atMs: newestMs, value: 0, limit: 0, holds: false, because: 'no field' }
      }
      addDistinct(distinct, value, unixMs, windowMs)
      return judgeAt(distinct, newestMs, false)
    },
    at: (distinct, atMs, sinceMs) => judgeAt(distinct, atMs, atMs - sinceMs >= windowMs),
    trim(distinct, ms) {
      for (let i = distinct.length - 3; i >= 0; i -= 3)
        if ((distinct[i + 2] as number) <= ms) distinct.splice(i, 3)
      if (distinct.length > maxDistinct * 3) distinct.splice(0, distinct.length - maxDistinct * 3)
    },
    reachMs: windowMs,
    stepMs,
    awaitsSilence: limits.below !== undefined,
    ends: true,
  }
}

function addDistinct(distinct: Distinct, value: string, ms: number, windowMs: number): void {
  let own = -1
  for (let i = distinct.indexOf(value); i >= 0; i = distinct.indexOf(value, i + 3)) {
    const [first, last] = [distinct[i + 1] as number, distinct[i + 2] as number]
    if (ms < first - windowMs || ms > last + windowMs) continue
    if (own < 0) {
      own = i
      distinct[i + 1] = Math.min(first, ms)
      distinct[i + 2] = Math.max(last, ms)
      continue
    }
    // It came in between, late: both are one time.
    distinct[own + 1] = Math.min(distinct[own + 1] as number, first)
    distinct[own + 2] = Math.max(distinct[own + 2] as number, last)
    distinct.splice(i, 3)
    return
  }
  if (own < 0) distinct.push(value, ms, ms)
}

function held(value: number, { above, below }: Limits, isEnough: boolean): { holds: boolean; limit: number } {
  if (above !== undefined && value >= above) return { holds: isEnough, limit: above }
  if (below !== undefined && value <= below) return { holds: isEnough, limit: below }
  return { holds: false, limit: above ?? below ?? 0 }
}
