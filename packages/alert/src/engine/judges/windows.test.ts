import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aggregateJudge, cardinalityJudge } from './windows.ts'

const line = { unixMs: 0, severityNumber: 0, service: '', text: '', traceId: '', spanId: '' }

test.each([
  ['p50', 0.5],
  ['p90', 0.9],
  ['p95', 0.95],
  ['p99', 0.99],
] as const)('%s is the value of the nearest rank', (metric, share) => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.integer({ min: 0, max: 9 }),
          fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
        ),
        { minLength: 1, maxLength: 60 },
      ),
      (values) => {
        const judge = aggregateJudge({ windowMs: 60_000, metric, atLeast: 1, above: 1, below: undefined })
        const state = judge.begin()
        const verdicts = values.map((value, at) =>
          judge.add(state, { unixMs: 1000 + at, weight: 1, lowMs: 0, line, value }, 1000 + at, 0),
        )
        const sorted = values.toSorted((a, b) => a - b)
        expect(verdicts.at(-1)!.value).toBe(sorted[Math.ceil(share * values.length) - 1])
      },
    ),
  )
})

const riseOf = (values: readonly number[]): number => {
  const limits = { windowMs: 60_000, metric: 'rise', atLeast: 1, above: 1, below: undefined } as const
  const judge = aggregateJudge(limits)
  const state = judge.begin()
  const verdicts = values.map((value, at) =>
    judge.add(state, { unixMs: 1000 + at, weight: 1, lowMs: 0, line, value }, 1000 + at, 0),
  )
  return verdicts.at(-1)!.value
}

test.each([
  ['one value', [5], 0],
  ['a steady wait, however long', [90, 90, 90, 90], 0],
  ['a single late one', [1, 1, 1, 1, 90, 1], 0],
  ['one that grows', [10, 20, 30, 40, 50, 60], 30],
  ['one that shrinks', [60, 50, 40, 30, 20, 10], -30],
])('the rise of %s is from the median of the earlier half to that of the later', (_, values, rise) => {
  expect(riseOf(values)).toBe(rise)
})

test('of any moment it is known how many values the window before it had, in whatever order they came', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(300), fc.constantFrom('a', 'b', 'c', 'd')), { maxLength: 40 }),
      fc.nat(400),
      (given, at) => {
        const windowMs = 60
        const judge = cardinalityJudge({ windowMs, above: 1, below: undefined })
        const state = judge.begin()
        for (const [ms, value] of given)
          judge.add(state, { unixMs: ms, weight: 1, lowMs: 0, line, value }, ms, 0)
        const inside = given.filter(([ms]) => ms > at - windowMs && ms <= at).map(([, value]) => value)
        expect(judge.at!(state, at, 0).value).toBe(new Set(inside).size)
      },
    ),
  )
})
