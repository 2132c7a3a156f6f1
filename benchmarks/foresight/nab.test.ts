import { expect, test } from 'vitest'
import { best, detectionOf } from './nab-score.ts'
import { parseSeries } from './nab-series.ts'

/** Two hundred values five minutes apart; what is wrong is labelled from the 100th to the 119th. */
function seriesOf(count = 200) {
  const timeOf = (at: number): string =>
    new Date(Date.UTC(2026, 0, 1) + at * 300_000).toISOString().slice(0, 19).replace('T', ' ')
  const lines = Array.from({ length: count }, (_, at) => `${timeOf(at)},${at}`)
  return parseSeries('made', ['timestamp,value', ...lines].join('\n'), [
    [`${timeOf(100)}.000000`, `${timeOf(119)}.000000`],
  ])
}

const told = (...at: number[]) => {
  const series = seriesOf()
  return { series, scores: series.values.map((_, one) => (at.includes(one) ? 1 : 0)) }
}

test('windows are found by their times, and 15 % of a series are for learning, of 5,000 values at most', () => {
  expect(seriesOf()).toMatchObject({ windows: [[100, 119]], probation: 30 })
  expect(seriesOf(10_000).probation).toBe(750)
})

test('who tells at the first value of each window and else of nothing has 100, who tells of nothing 0', () => {
  expect(best([told(100)]).score).toBeCloseTo(100, 1)
  expect(best([told()]).score).toBe(0)
})

test('later in a window is worth less, twice no more than once, and outside costs 0.11 each, by how far from a window', () => {
  const [first, middle, twice, wrong] = [told(100), told(110), told(100, 110), told(40, 100)].map(
    (one) => best([one]).score,
  )
  expect(middle!).toBeLessThan(first!)
  expect(middle!).toBeGreaterThan(90)
  expect(twice!).toBeCloseTo(first!, 6)
  expect(first! - wrong!).toBeCloseTo(5.5, 1)
  expect(best([told(100, 121)]).score).toBeGreaterThan(wrong!)
})

test('what is told while it still learns does not count', () => {
  expect(best([told(5, 100)]).score).toBeCloseTo(best([told(100)]).score, 6)
  expect(detectionOf(told(5, 40, 100, 101), 1)).toMatchObject({ windows: 1, found: 1, falseOnes: 1 })
})
