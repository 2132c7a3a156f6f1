import { expect, test } from 'vitest'
import { addCommit, formatCursor, noRanges, parseCursor, rangesBehind, takeRanges } from './pending-ranges.ts'

test('commits of a segment are one range, whatever their number', () => {
  const ranges = noRanges()
  addCommit(ranges, { logs: { segment: 2, first: 1, last: 3 } })
  addCommit(ranges, { logs: { segment: 1, first: 5, last: 9 }, spans: { segment: 2, first: 1, last: 1 } })
  addCommit(ranges, { logs: { segment: 2, first: 4, last: 8 } })
  expect([takeRanges(ranges, 'logs'), takeRanges(ranges, 'logs'), takeRanges(ranges, 'spans')]).toEqual([
    [
      { segment: 1, first: 5, last: 9 },
      { segment: 2, first: 1, last: 8 },
    ],
    [],
    [{ segment: 2, first: 1, last: 1 }],
  ])
})

test('behind a cursor lies what is newer, in its segment and in later ones', () => {
  const ranges = noRanges()
  for (const segment of [1, 2, 3]) addCommit(ranges, { logs: { segment, first: 1, last: 10 } })
  const cursor = { logs: { segment: 2, last: 7 }, spans: { segment: -1, last: 0 } }
  const behind = rangesBehind(ranges, cursor)
  expect(takeRanges(behind, 'logs')).toEqual([
    { segment: 2, first: 8, last: 10 },
    { segment: 3, first: 1, last: 10 },
  ])
  expect(parseCursor(formatCursor(cursor))).toEqual(cursor)
})

test.each([undefined, '', '1.2.3', '1.2.3.4.5', '1.2.3.x', '-.1.1.1', '1'.repeat(99)])(
  'no cursor: %s',
  (text) => {
    expect(parseCursor(text)).toBeUndefined()
  },
)
