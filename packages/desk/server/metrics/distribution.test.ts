import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Distribution, ofExponential, quantile, since } from './distribution.ts'

const infinite = Number.POSITIVE_INFINITY
const exponential = (scale: number, values: readonly number[]): Distribution => {
  const indexOf = (value: number): number => Math.ceil(Math.log2(value) * 2 ** scale) - 1
  const indexes = values.map(indexOf)
  const offset = Math.min(...indexes)
  const bucketCounts = Array.from(
    { length: Math.max(...indexes) - offset + 1 },
    (_, at) => indexes.filter((index) => index === at + offset).length,
  )
  return ofExponential({
    ...{ attributes: {}, startTimeUnixNano: 0n, timeUnixNano: 1n, flags: 0, exemplars: [] },
    ...{ count: BigInt(values.length), sum: values.reduce((a, b) => a + b), min: undefined, max: undefined },
    ...{ scale, zeroCount: 0n, zeroThreshold: undefined, positive: { offset, bucketCounts } },
    negative: { offset: 0, bucketCounts: [] },
  })
}
// In the middle of their buckets at every scale that is used: a bound itself may fall to either side.
const value = fc.integer({ min: -40, max: 40 }).map((index) => 2 ** ((index + 0.5) / 4))

test('what came since an earlier state has as many values in each bucket as came, also when buckets were merged', () => {
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1 }),
      fc.array(value, { minLength: 1 }),
      fc.constantFrom(0, 1, 2),
      (first, later, coarser) => {
        const added = since(exponential(2, first), exponential(coarser, [...first, ...later]))
        const alone = exponential(coarser, later)
        const countsOf = ({ uppers, counts }: Distribution) =>
          new Map(uppers.map((upper, at) => [upper, counts[at]] as const).filter(([, count]) => count! > 0))
        expect([added.count, countsOf(added)]).toEqual([later.length, countsOf(alone)])
      },
    ),
  )
})

test('a quantile lies in the bucket of the value that it stands for', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1 }), (values) => {
      const sorted = values.toSorted((a, b) => a - b)
      const wanted = sorted[Math.ceil(0.95 * sorted.length) - 1]!
      const found = quantile(exponential(2, values), 0.95)
      expect(found / wanted).toBeGreaterThan(2 ** -0.25)
      expect(found / wanted).toBeLessThan(2 ** 0.25)
    }),
  )
})

test('nothing is known of nothing, and of a last bucket without an end its begin', () => {
  const empty = { count: 0, sum: 0, uppers: [], counts: [] }
  expect(quantile(empty, 0.95)).toBeNaN()
  expect(quantile({ count: 1, sum: 9, uppers: [5, infinite], counts: [0, 1] }, 0.95)).toBe(5)
  expect(
    since({ count: 3, sum: 3, uppers: [5], counts: [3] }, { count: 1, sum: 1, uppers: [5], counts: [1] }),
  ).toEqual({
    ...{ count: 1, sum: 1, uppers: [5], counts: [1] },
  })
})
