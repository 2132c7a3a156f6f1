import fc from 'fast-check'
import { expect, test } from 'vitest'
import { markSegments } from './mark-segments.ts'

test('words are marked in whatever case, the longest first, and their signs are no pattern', () => {
  expect(markSegments('Order (a.b) ORDERS', ['order', 'orders', '(a.b)'])).toEqual([
    { text: 'Order', marked: true },
    { text: ' ', marked: false },
    { text: '(a.b)', marked: true },
    { text: ' ', marked: false },
    { text: 'ORDERS', marked: true },
  ])
})

test('the pieces together are the text, whatever the words', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string({ unit: 'grapheme' })), (text, words) => {
      expect(
        markSegments(text, words)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(text)
    }),
  )
})
