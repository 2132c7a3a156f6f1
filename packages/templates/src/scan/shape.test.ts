import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scanLine } from './scan-line.ts'
import { createShape, readShape } from './shape.ts'
import { createTokens, value } from './tokens.ts'

function shapeOf(line: string): string | undefined {
  const shape = createShape()
  if (!readShape(line, shape)) return undefined
  return String.fromCharCode(...shape.codes.subarray(0, shape.length))
}

/** All by which a template is chosen: of a value only that it is one. */
function scanned(line: string): unknown {
  const tokens = createTokens()
  scanLine(line, tokens)
  const { count, signature, starts, ends, hashes, glueStarts, glueHashes } = tokens
  const words = Array.from({ length: count }, (_, at) => {
    const word = hashes[at] === value ? '<*>' : line.slice(starts[at], ends[at])
    return [line.slice(glueStarts[at], starts[at]), glueHashes[at], word, hashes[at]]
  })
  return { count, signature, words }
}

const same = (part: string): [string, string] => [part, part]
const separators = [
  ' ',
  ' ',
  ', ',
  ': ',
  '=',
  ':',
  '::',
  '.',
  '-',
  '/',
  '"',
  "'",
  "='",
  '(',
  ')',
  '[]',
  '_',
  '+',
  '@',
]
const words = [
  'job',
  'user',
  'msg',
  'KB',
  'ms',
  'Mon',
  'Jan',
  'a.b.c',
  'example.com',
  'abc',
  'v',
  'true',
  '<*>',
  '用户',
  '\n',
  '\\',
  '?',
]
const number = fc.stringMatching(/^[0-9]{1,8}$/)
const hex = fc.stringMatching(/^[0-9a-f]{1,12}$/)
const pair = fc.stringMatching(/^[0-9a-f]{2}:[0-9a-f]{2}$/)
const id = fc.stringMatching(/^[a-z]{1,3}[0-9]{1,5}$/)
const fragment: fc.Arbitrary<[string, string]> = fc.oneof(
  fc.constantFrom(...separators).map(same),
  fc.constantFrom(...words).map(same),
  fc.tuple(number, number),
  fc.tuple(hex, hex),
  fc.tuple(pair, pair),
  fc.tuple(id, id),
  fc.string({ maxLength: 3, unit: 'binary' }).map(same),
  fc.integer({ min: 100, max: 140 }).map((length) => same('x'.repeat(length))),
)

test('lines of one shape have the same words, and values in the same places', () => {
  let pairs = 0
  const fragmentPairs = fc.array(fragment, { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(fragmentPairs, (fragments) => {
      const [one, other] = [0, 1].map((side) => fragments.map((both) => both[side]).join('')) as [
        string,
        string,
      ]
      const shape = shapeOf(one)
      if (one === other || shape === undefined || shapeOf(other) !== shape) return
      pairs++
      expect(scanned(other)).toEqual(scanned(one))
    }),
    { numRuns: 5000 },
  )
  expect(pairs).toBeGreaterThan(500)
})

test('numbers and ids of any length are one sign, words with few digits stay', () => {
  expect(shapeOf('order 4711 of u-55 in 5ms from eth0 by n2190 as 9f4ef63, cafe01')).toBe(
    'order 0 of u-0 in 0 from eth0 by a0 as 0, a0',
  )
})

test('a group of a UUID that is no id by itself has no shape of its own', () => {
  const one = shapeOf('order 123e4567-e89b-42d3-abcd-426614174000 paid')
  expect(one).toBe('order 0-0-0-0-0 paid')
  expect(shapeOf('order c0ffee00-a1bc-4fee-beef-facade000000 paid')).toBe('order a0-0-0-0-0 paid')
})

test('only the first line has a shape, and none that begins with a blank or is long', () => {
  const lines = ['failed\n  at a', '\nfailed', ' failed', '', 'a'.repeat(256), 'a'.repeat(257)]
  expect(lines.map((line) => shapeOf(line)?.length)).toEqual([
    6,
    undefined,
    undefined,
    undefined,
    256,
    undefined,
  ])
})
