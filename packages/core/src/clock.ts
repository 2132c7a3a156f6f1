import { performance } from 'node:perf_hooks'

/** Steps of the wall clock from which on time follows it; Date.now() itself is up to 1 ms behind. */
const maxDriftMs = 2
const checkIntervalMs = 1_000

let offsetMs = performance.timeOrigin
let checkedMs = 0

/** What makes Unix milliseconds of performance.now(), after a look at the wall clock. */
export function wallOffsetMs(): number {
  const nowMs = performance.now()
  const wallMs = Date.now()
  checkedMs = nowMs
  // performance.now() stands still while the machine sleeps, and the wall clock may be set.
  if (Math.abs(wallMs - (nowMs + offsetMs)) > maxDriftMs) offsetMs = wallMs - nowMs
  return offsetMs
}

/** Unix milliseconds with a fraction, by the clock that spans use too: a log line lies inside of its span. */
export function unixNowMs(): number {
  const nowMs = performance.now()
  if (nowMs - checkedMs > checkIntervalMs) wallOffsetMs()
  return nowMs + offsetMs
}
