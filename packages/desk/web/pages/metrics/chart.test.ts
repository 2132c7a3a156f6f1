import { expect, test } from 'vitest'
import { chartOf } from './chart.ts'

const series = {
  ...{ service: 'shop', instance: '', attributes: '', lastUnixMs: 3000, total: 1 },
  unixMs: [1000, 2000, 3000],
  values: [0, 50, 100],
  highs: [null, null, null],
  exemplars: [],
}

test('a line begins at the left, ends at the right, and 0 is its bottom', () => {
  expect(chartOf(series)).toEqual({
    ...{ least: 0, most: 100, fromUnixMs: 1000, toUnixMs: 3000, high: '', exemplars: '' },
    value: 'M4.0 116.0h0L300.0 60.0L596.0 4.0',
  })
})

test('a point that is not there leaves a gap, and one alone is a dot in the middle', () => {
  expect(chartOf({ ...series, values: [0, null, 100] })?.value).toBe('M4.0 116.0h0M596.0 4.0h0')
  expect(chartOf({ ...series, unixMs: [1000], values: [5], highs: [null] })?.value).toBe('M300.0 4.0h0')
  expect(chartOf({ ...series, unixMs: [], values: [], highs: [] })).toBeUndefined()
})

test('an exemplar beyond what is drawn has no point', () => {
  const of = { traceId: 'a', spanId: 'b' }
  const exemplars = [
    { unixMs: 2000, value: 50, ...of },
    { unixMs: 2000, value: 500, ...of },
    { unixMs: 500, value: 50, ...of },
  ]
  expect(chartOf({ ...series, exemplars })?.exemplars).toBe('M300.0 60.0h0')
})
