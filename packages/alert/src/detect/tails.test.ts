import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  addWeighted,
  beginWeighted,
  sigmasAbove,
  sigmasBelow,
  sigmasOfShare,
  sigmasOfTrend,
  weightedMedian,
} from './tails.ts'

test.each([
  { count: 5, mean: 1, sigmas: 2.68 },
  { count: 10, mean: 3, sigmas: 3.06 },
  { count: 3, mean: 0.1, sigmas: 3.61 },
  { count: 40, mean: 15, sigmas: 5.3 },
])('$count where $mean are expected lies $sigmas deviations above, by Poisson', ({ count, mean, sigmas }) => {
  expect(sigmasAbove(count, mean, 1)).toBeCloseTo(sigmas, 1)
})

test('more than expected is the less likely the more it is, and far above it the likelier the more the counts vary', () => {
  const counts = fc.record({
    mean: fc.double({ min: 0.01, max: 30, noNaN: true }),
    more: fc.integer({ min: 1, max: 60 }),
    spread: fc.double({ min: 1.01, max: 8, noNaN: true }),
  })
  fc.assert(
    fc.property(counts, ({ mean, more, spread }) => {
      const count = Math.ceil(mean + 4 * Math.sqrt(mean)) + 4 + more
      const plain = sigmasAbove(count, mean, 1)
      expect(sigmasAbove(count + 1, mean, 1)).toBeGreaterThanOrEqual(plain)
      expect(sigmasAbove(count, mean, spread)).toBeLessThanOrEqual(plain + 1e-6)
      expect(Number.isFinite(plain)).toBe(true)
    }),
  )
})

test('a trend is that of the counts, and none where there are none', () => {
  expect(sigmasOfTrend([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 1)).toBeGreaterThan(3)
  expect(sigmasOfTrend([5, 5, 5, 5], 1)).toBe(0)
  expect(sigmasOfTrend([0, 0, 0], 1)).toBe(0)
})

test('a median of nothing is 1', () => {
  expect(weightedMedian(beginWeighted())).toBe(1)
})

test.each([
  { name: 'a few', copies: 1 },
  { name: 'more than it sorts in place, and than it began with', copies: 30 },
])('a median counts by weight: $name', ({ copies }) => {
  const all = beginWeighted()
  for (let i = 0; i < copies; i++) {
    addWeighted(all, 9, 1)
    addWeighted(all, 3, 5)
    addWeighted(all, 2, 1)
  }
  expect(weightedMedian(all)).toBe(3)
  addWeighted(all, 7, 20 * copies)
  expect(weightedMedian(all)).toBe(7)
})

/** By the exact tails: e^-10, and the sums of Poisson's and the binomial distribution. */
test.each([
  { count: 0, mean: 10, sigmas: 3.91 },
  { count: 1, mean: 13.3, sigmas: 4.19 },
  { count: 20, mean: 50, sigmas: 4.9 },
])('$count or fewer where $mean are expected lie $sigmas deviations below', ({ count, mean, sigmas }) => {
  expect(Math.abs(sigmasBelow(count, mean) - sigmas)).toBeLessThan(0.25)
})

test.each([
  { count: 26, of: 56, share: 0.15, sigmas: 5.55 },
  { count: 10, of: 20, share: 0.1, sigmas: 4.5 },
  { count: 20, of: 20, share: 0.5, sigmas: 4.76 },
])(
  '$count of $of or more where a share of $share is usual lie $sigmas deviations above',
  ({ count, of, share, sigmas }) => {
    expect(Math.abs(sigmasOfShare(count, of, share) - sigmas)).toBeLessThan(0.3)
  },
)
