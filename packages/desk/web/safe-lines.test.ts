import { expect, test } from 'vitest'
import { safeLines } from './safe-lines.ts'

test('a stack keeps its lines, and nothing in it can change colours or the order of letters', () => {
  expect(safeLines('Error: \x1b[31mno\x1b[0m\r\n\tat a (a.js:1)\n\u202eb')).toBe(
    'Error: no\n at a (a.js:1)\n<U+202E>b',
  )
})
