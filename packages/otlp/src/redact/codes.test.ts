import fc from 'fast-check'
import { expect, test } from 'vitest'
import { codesOf } from './codes.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: fc.constantFrom('a', 'é', '号', '😀', '\ud83d', '9'), maxLength: 300 }),
)

test('any text has one code for each unit, an ASCII one its own', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const codes = codesOf(text)
      const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index))
      const expected = units.map((unit) => Math.min(unit, 128))
      expect([...codes.subarray(0, text.length + 1)]).toEqual([...expected, 0])
    }),
    { numRuns: 2000 },
  )
})
