import { setImmediate } from 'node:timers/promises'

/** A clock that stands until it is told to go on; what happens on sockets takes none of its time. */
export type Clock = {
  now(): number
  after(ms: number, run: () => void): () => void
  /** Jumps from timer to timer until something holds. */
  runUntil(holds: () => boolean): Promise<void>
  /** Goes on by so much, through all timers on the way. */
  advance(ms: number): void
  /** A time service sets it back; timers go on. */
  setBack(ms: number): void
}

export function createClock(startMs: number = Date.UTC(2026, 10, 29)): Clock {
  let nowMs = startMs
  let timers: { dueMs: number; run: () => void }[] = []
  const next = (): { dueMs: number; run: () => void } | undefined =>
    timers.reduce<(typeof timers)[number] | undefined>(
      (first, timer) => (first === undefined || timer.dueMs < first.dueMs ? timer : first),
      undefined,
    )
  const fire = (timer: { dueMs: number; run: () => void }): void => {
    timers = timers.filter((one) => one !== timer)
    nowMs = Math.max(nowMs, timer.dueMs)
    timer.run()
  }
  return {
    now: () => nowMs,
    after: (ms, run) => {
      const timer = { dueMs: nowMs + ms, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((one) => one !== timer)
      }
    },
    runUntil: async (holds) => {
      while (!holds()) {
        await setImmediate()
        const timer = next()
        if (!holds() && timer) fire(timer)
      }
    },
    advance: (ms) => {
      const untilMs = nowMs + ms
      for (let timer = next(); timer && timer.dueMs <= untilMs; timer = next()) fire(timer)
      nowMs = untilMs
    },
    setBack: (ms) => {
      nowMs -= ms
      for (const timer of timers) timer.dueMs -= ms
    },
  }
}
