import { monotonicMs, wallOffsetMs } from '@clew/core'
import type { TimeInput } from '@opentelemetry/api'

/** The time of spans: monotonic within a trace, near the wall clock at its beginning. */
export type SpanClock = {
  /** Monotonic milliseconds. */
  now(): number
  /** What makes Unix milliseconds of this `now()`. Taken once per local trace. */
  unixOffset(now: number): number
}

export const systemClock: SpanClock = { now: monotonicMs, unixOffset: wallOffsetMs }

/** A clock that already tells Unix milliseconds, as tests inject it. */
export function unixClock(now: () => number): SpanClock {
  return { now, unixOffset: () => 0 }
}

export function unixNow(clock: SpanClock): number {
  const now = clock.now()
  return now + clock.unixOffset(now)
}

/** Unix milliseconds of any form of time that the API takes; undefined for what is none. */
export function parseTime(time: TimeInput | undefined, clock: SpanClock): number | undefined {
  if (time === undefined) return undefined
  // The API takes performance.now() too, which no Unix time of ours can be mistaken for.
  if (typeof time === 'number') {
    const now = clock.now()
    return time <= now ? time + clock.unixOffset(now) : finite(time)
  }
  if (Array.isArray(time)) return isHrTime(time) ? finite(time[0] * 1e3 + time[1] / 1e6) : undefined
  return time instanceof Date ? finite(time.getTime()) : undefined
}

/** True for what `parseTime` takes. */
export function isTime(value: unknown): value is TimeInput {
  return typeof value === 'number' || value instanceof Date || (Array.isArray(value) && isHrTime(value))
}

function isHrTime(value: readonly unknown[]): value is [number, number] {
  return value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'number'
}

function finite(unixMs: number): number | undefined {
  return Number.isFinite(unixMs) ? unixMs : undefined
}
