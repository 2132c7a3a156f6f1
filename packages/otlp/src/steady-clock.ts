/**
 * A clock that follows `now` and never goes back: when that one is set back, it goes on from where it was when somebody last looked. For
 * intervals and waits, which a clock set right by an hour would else lengthen by an hour; times that people read come from `now` itself.
 */
export function steadyClock(now: () => number): () => number {
  let aheadMs = 0
  let lastMs = Number.NEGATIVE_INFINITY
  return () => {
    const nowMs = now()
    if (nowMs + aheadMs < lastMs) aheadMs = lastMs - nowMs
    lastMs = nowMs + aheadMs
    return lastMs
  }
}
