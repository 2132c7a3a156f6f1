import fc from 'fast-check'
import { expect, test } from 'vitest'
import { moveActive, rowHeight, scrollToShow, windowOf } from './virtual-window.ts'

test('every row in view is in the window, and with a pinned one there are at most 80 up to a list of 1,750 px', () => {
  fc.assert(
    fc.property(
      fc.nat(2_000_000),
      fc.integer({ min: 0, max: 1750 }),
      fc.nat(100_000),
      (top, height, count) => {
        const scrollTop = Math.min(top, Math.max(0, count * rowHeight - height))
        const { first, last } = windowOf(scrollTop, height, count)
        const firstInView = Math.min(count, Math.floor(scrollTop / rowHeight))
        const lastInView = Math.min(count, Math.ceil((scrollTop + height) / rowHeight))
        expect({
          shows: first <= firstInView && last >= lastInView,
          inside: first >= 0 && last <= count,
        }).toEqual({
          shows: true,
          inside: true,
        })
        expect(last - first + 1).toBeLessThanOrEqual(80)
      },
    ),
  )
})

test('keys move within the list', () => {
  expect([
    moveActive('ArrowDown', -1, 5, 3),
    moveActive('ArrowDown', 4, 5, 3),
    moveActive('ArrowUp', 0, 5, 3),
    moveActive('PageDown', 0, 5, 3),
    moveActive('PageUp', 4, 5, 3),
    moveActive('Home', 4, 5, 3),
    moveActive('End', 0, 5, 3),
    moveActive('ArrowDown', -1, 0, 3),
    moveActive('x', 0, 5, 3),
  ]).toEqual([0, 4, 0, 3, 1, 0, 4, undefined, undefined])
})

test('a row is scrolled into view by the least way, and not at all when it is there', () => {
  expect([scrollToShow(0, 240, 100), scrollToShow(11, 240, 100), scrollToShow(20, 240, 100)]).toEqual([
    0, 240, 404,
  ])
})
