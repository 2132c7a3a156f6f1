import { expect, test } from 'vitest'
import { createUnixClock } from './clock.ts'

function start(): {
  clock: ReturnType<typeof createUnixClock>
  at(monotonicMs: number, wallMs: number): void
} {
  let [monotonicMs, wallMs] = [0, 1_000_000]
  return {
    clock: createUnixClock({ monotonicMs: () => monotonicMs, wallMs: () => wallMs, offsetMs: 1_000_000 }),
    at: (nextMonotonicMs, nextWallMs) => {
      monotonicMs = nextMonotonicMs
      wallMs = nextWallMs
    },
  }
}

test('time is that of the monotonic clock while the wall clock agrees within 2 ms', () => {
  const { clock, at } = start()
  at(5_000.25, 1_004_999)
  expect([clock.nowMs(), clock.offsetMs(5_000.25)]).toEqual([1_005_000.25, 1_000_000])
})

test('a wall clock that was set, or a machine that slept, is followed at the next look, at most a second later', () => {
  const { clock, at } = start()
  at(900, 1_060_900)
  expect(clock.nowMs()).toBe(1_000_900)
  at(1_001, 1_061_001)
  expect([clock.nowMs(), clock.offsetMs(1_001)]).toEqual([1_061_001, 1_060_000])
  at(2_002, 1_002_002)
  expect([clock.offsetMs(2_001), clock.offsetMs(2_002)]).toEqual([1_060_000, 1_000_000])
})
