import { expect, test } from 'vitest'
import { expiredSegments } from './retention.ts'

const day = 86_400_000
const segment = (path: string, daysAgo: number, bytes = 1) => ({ path, bytes, lastUs: -daysAgo * day * 1000 })

test.each([
  ['none is too old', [segment('a', 6), segment('b', 2)], 100, []],
  ['the oldest is', [segment('a', 8), segment('b', 2)], 100, ['a']],
  ['they are too much', [segment('a', 3, 60), segment('b', 2, 60)], 100, ['a']],
  [
    'one came while the clock was a year ahead',
    [segment('a', -365), segment('b', 9), segment('c', 2)],
    100,
    ['a', 'b'],
  ],
  ['all came while the clock was a year ahead', [segment('a', -365), segment('b', -365)], 100, []],
])('%s', (_, finished, maxBytes, expected) => {
  const expired = expiredSegments(finished, 0, 0, { maxBytes, maxAgeMs: 7 * day })
  expect(expired.map(({ path }) => path)).toEqual(expected)
})
