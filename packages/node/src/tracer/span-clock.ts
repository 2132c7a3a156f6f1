import { performance } from 'node:perf_hooks'
import type { TimeInput } from '@opentelemetry/api'

/** Steps of the wall clock from which on new traces follow it; Date.now() itself is up to 1 ms behind. */
const MAX_DRIFT_MS = 2

/** The time of spans: monotonic within a trace, near the wall clock at its beginning. */
export type SpanClock = {
  /** Monotonic milliseconds. */
  now(): number
  /** What makes Unix milliseconds of `now()`. Taken once per local trace. */
  unixOffset(): number
}

let offset = performance.timeOrigin

function wallOffset(): number {
  const nowMs = performance.now()
  const wallMs = Date.now()
  // performance.now() stands still while the machine sleeps, and the wall clock may be set.
  if (Math.abs(wallMs - (nowMs + offset)) > MAX_DRIFT_MS) offset = wallMs - nowMs
  return offset
}

export const systemClock: SpanClock = { now: () => performance.now(), unixOffset: wallOffset }

/** A clock that already tells Unix milliseconds, as tests inject it. */
export function unixClock(now: () => number): SpanClock {
  return { now, unixOffset: () => 0 }
}

/** Unix milliseconds of any form of time that the API takes; undefined for what is none. */
export function parseTime(time: TimeInput | undefined): number | undefined {
  if (time === undefined) return undefined
  // The API takes performance.now() too, which no Unix time of ours can be mistaken for.
  if (typeof time === 'number') return time <= performance.now() ? time + wallOffset() : finite(time)
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
