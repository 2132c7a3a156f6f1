import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addTime, joinTimes, sumOf, type Times, trimTimes } from './times.ts'

const moments = fc.array(fc.tuple(fc.nat(5000), fc.integer({ min: 1, max: 5 })), { maxLength: 400 })

test('amounts come in any order, and a sum is that of its moments', () => {
  fc.assert(
    fc.property(moments, fc.nat(5000), fc.nat(5000), (given, from, to) => {
      const times: Times = []
      for (const [ms, amount] of given) addTime(times, ms, amount)
      const wanted = given
        .filter(([ms]) => ms > from && ms <= to)
        .reduce((sum, [, amount]) => sum + amount, 0)
      expect(sumOf(times, from, to)).toBe(wanted)
      const kept = times.filter((_, index) => index % 2 === 0)
      expect(kept).toEqual([...new Set(kept)].toSorted((a, b) => a - b))
    }),
  )
})

test('joining loses nothing, keeps the newest as they are, and bounds the others', () => {
  fc.assert(
    fc.property(moments, fc.integer({ min: 1, max: 20 }), (given, exact) => {
      const times: Times = []
      for (const [ms, amount] of given) addTime(times, ms, amount)
      const before = [...times]
      joinTimes(times, exact, 10)
      expect(sumOf(times, -1, 5000)).toBe(sumOf(before, -1, 5000))
      expect(times.slice(-exact * 2)).toEqual(before.slice(-exact * 2))
      expect(times.length / 2).toBeLessThanOrEqual(exact + 20)
      for (let i = 2; i < times.length; i += 2) expect(times[i]!).toBeGreaterThan(times[i - 2]!)
    }),
  )
})

test('what is as old as a moment goes', () => {
  const times: Times = [1, 1, 2, 1, 3, 1]
  trimTimes(times, 2, Number.POSITIVE_INFINITY)
  expect(times).toEqual([3, 1])
})
