import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LogHistogram } from '../../../api/index.ts'
import { bandPaths, highestStep, stackHeights, stepsBetween } from './histogram-bars.ts'

const histogram: LogHistogram = {
  fromUnixMs: 1_000,
  stepMs: 10,
  series: {
    trace: [0, 0, 0],
    debug: [0, 0, 0],
    info: [8, 0, 1000],
    warn: [0, 0, 0],
    error: [2, 0, 1],
    fatal: [0, 0, 0],
  },
  total: 1011,
  counted: 'all',
}

test('bars stand on the ground, errors first, and one error beside a thousand lines can be seen', () => {
  expect(bandPaths(histogram, 100, 2)).toEqual([
    { band: 'error', path: 'M0.1 98h.8v2h-.8zM2.1 98h.8v2h-.8z' },
    { band: 'info', path: 'M0.1 96h.8v2h-.8zM2.1 0h.8v98h-.8z' },
  ])
})

test('without a line there is nothing to draw', () => {
  const { series } = histogram
  const empty = { ...histogram, series: { ...series, info: [0, 0, 0], error: [0, 0, 0] } }
  expect([bandPaths(empty, 100, 2), highestStep(empty)]).toEqual([[], 0])
})

test('steps are one span of time from the begin of the first to the end of the last, whichever was chosen first', () => {
  const both = {
    fromUnixMs: 1_010,
    toUnixMs: 1_030,
    counts: [
      ['error', 1],
      ['info', 1000],
    ],
    total: 1001,
  }
  expect([stepsBetween(histogram, 2, 1), stepsBetween(histogram, 1, 2)]).toEqual([both, both])
})

test('a bar is never higher than its box, and each part of it can be seen', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000_000), { minLength: 6, maxLength: 6 }), (counts) => {
      const total = counts.reduce((sum, count) => sum + count, 0)
      const heights = stackHeights(counts, 48 / Math.max(1, total), 2)
      expect(heights.reduce((sum, own) => sum + own, 0)).toBeLessThanOrEqual(48.001)
      expect(heights.map((own) => own >= 2)).toEqual(counts.map((count) => count > 0))
    }),
  )
})
