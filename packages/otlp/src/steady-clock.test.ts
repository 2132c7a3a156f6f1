import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createReportLimit } from './report-limit.ts'
import { steadyClock } from './steady-clock.ts'

test('it goes on as the other does, and stands where that one is set back', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 })), (steps) => {
      let nowMs = 1_764_400_000_000
      const clock = steadyClock(() => nowMs)
      const times = [clock()]
      const expected = [nowMs]
      for (const step of steps) {
        nowMs += step
        times.push(clock())
        expected.push(expected.at(-1)! + Math.max(0, step))
      }
      expect(times).toEqual(expected)
    }),
  )
})

test('a problem is told once a minute also after the clock was set back', () => {
  let nowMs = 1_764_400_000_000
  const limit = createReportLimit(() => nowMs)
  const told = [limit.withheld('away')]
  nowMs -= 86_400_000
  told.push(limit.withheld('away'))
  nowMs += 60_000
  told.push(limit.withheld('away'))
  expect(told).toEqual([0, undefined, 1])
})
