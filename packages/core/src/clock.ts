import { performance } from 'node:perf_hooks'

/** Steps of the wall clock from which on time follows it; Date.now() itself is up to 1 ms behind. */
const MAX_DRIFT_MS = 2
const CHECK_INTERVAL_MS = 1_000

let offsetMs = performance.timeOrigin
let checkedMs = 0

/** What makes Unix milliseconds of performance.now(), after a look at the wall clock. */
export function wallOffsetMs(): number {
  const nowMs = performance.now()
  const wallMs = Date.now()
  checkedMs = nowMs
  // performance.now() stands still while the machine sleeps, and the wall clock may be set.
  if (Math.abs(wallMs - (nowMs + offsetMs)) > MAX_DRIFT_MS) offsetMs = wallMs - nowMs
  return offsetMs
}

/** Unix milliseconds with a fraction, by the clock that spans use too: a log line lies inside of its span. */
export function unixNowMs(): number {
  const nowMs = performance.now()
  if (nowMs - checkedMs > CHECK_INTERVAL_MS) wallOffsetMs()
  return nowMs + offsetMs
}
