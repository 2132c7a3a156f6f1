import fc from 'fast-check'
import { expect, test } from 'vitest'
import { markSegments, safeLines } from './telemetry-text.ts'

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

test('a stack keeps its lines, and nothing in it can change colours or the order of letters', () => {
  expect(safeLines('Error: \x1b[31mno\x1b[0m\r\n\tat a (a.js:1)\n\u202eb')).toBe(
    'Error: no\n at a (a.js:1)\n<U+202E>b',
  )
})
