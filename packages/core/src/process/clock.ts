import { performance } from 'node:perf_hooks'

/** A monotonic clock beside the wall clock, both in milliseconds. */
export type ClockSource = { monotonicMs(): number; wallMs(): number; offsetMs: number }

/** Steps of the wall clock from which on time follows it; Date.now() itself is up to 1 ms behind. */
const maxDriftMs = 2
const checkIntervalMs = 1_000

/** Unix time as fine as the monotonic clock, which follows the wall clock where that is set. */
export function createUnixClock({ monotonicMs, wallMs, offsetMs: initialMs }: ClockSource): {
  /** `nowMs` is the monotonic clock's. */
  offsetMs(nowMs: number): number
  nowMs(): number
} {
  let offset = initialMs
  let checkedMs = 0
  const offsetMs = (nowMs: number): number => {
    if (nowMs - checkedMs <= checkIntervalMs) return offset
    checkedMs = nowMs
    // The monotonic clock stands still while the machine sleeps, and the wall clock may be set.
    const wall = wallMs()
    if (Math.abs(wall - (nowMs + offset)) > maxDriftMs) offset = wall - nowMs
    return offset
  }
  return {
    offsetMs,
    nowMs: () => {
      const nowMs = monotonicMs()
      return nowMs + offsetMs(nowMs)
    },
  }
}

/** `performance.now()` as it was at the start: fake timers of a test, which stand still and jump, do not reach it. */
export const monotonicMs: () => number = performance.now.bind(performance)

const clock = createUnixClock({
  monotonicMs,
  wallMs: Date.now,
  offsetMs: performance.timeOrigin,
})

/** What makes Unix milliseconds of this `monotonicMs()`; it follows a wall clock that is set within a second. */
export const wallOffsetMs: (monotonicMs: number) => number = clock.offsetMs

/** Unix milliseconds with a fraction, by the clock that spans use too: a log line lies inside of its span. */
export const unixNowMs: () => number = clock.nowMs
