import fc from 'fast-check'
import { expect, test } from 'vitest'
import { examinePattern } from './own-pattern.ts'
import { type PatternTree, readPattern } from './pattern-tree.ts'

const examine = (pattern: RegExp): string => {
  const fault = examinePattern(pattern)
  return fault === undefined ? 'used' : `${fault.found}; ${fault.remedy}`
}
const open = 'has no end; write how often at most, such as {1,64} for +; only the last part needs none'
const long = 'write shorter repetitions: 256 ways and 2048 characters are the most'

test.for<[RegExp, string]>([
  [/EMP-\d{6}/i, 'used'],
  [/ACME-\w+/, 'used'],
  [/\b(?:lic|key)_[a-z0-9]{8,}/, 'used'],
  [/[\w.+-]{1,64}@(?:corp|shop)\.example/, 'used'],
  [/(?<=badge )[A-Z]{2}\d{4}(?!\d)/, 'used'],
  [/\d{1,3}(?:\.\d{1,3}){3}:\d{2,5}/, 'used'],
  [/\p{Lu}\p{Ll}{1,20} \u{41}[\]\\)]x/u, 'used'],
  [/(?:\d{4}-){3}\d{4}/, 'used'],
  [/(a+)+$/, `"a+" ${open}`],
  [/(?:a|a)*b/, `"(?:a|a)*" ${open}`],
  [/\w+@corp/, `"\\\\w+" ${open}`],
  [/x.*y.*/, `".*" ${open}`],
  [/(?=.*a)b/, `".*" ${open}`],
  [/a{2,}?b/, `"a{2,}?" ${open}`],
  [/(?:a?){30}a{30}/, `it can match in millions of ways; ${long}`],
  [/\w{1,20}\w{1,20}@/, `it can match in 400 ways; ${long}`],
  [/\d{2048}x/, `it reads 2049 characters; ${long}`],
  [/[^x]{0,255}.{768}x/, `it reads 197119 characters; ${long}`],
  [/(?:\d{1,9}){20}x/, `it can match in millions of ways; ${long}`],
  [/(a)\1/, 'it looks back at what it has matched; write what it must be a second time'],
  [/(?<n>a)\k<n>/, 'it looks back at what it has matched; write what it must be a second time'],
  [/a*/, 'it may match nothing at all; say what must be there'],
  [/^|\b/, 'it may match nothing at all; say what must be there'],
  [/a/g, 'its flags are not all known; write any of i, m, s and u'],
])('%s: %s', ([pattern, expected]) => {
  expect(examine(pattern)).toBe(expected)
})

test('what is no expression at all is said to be none', () => {
  expect(examinePattern({ source: '(', flags: '' })).toEqual({
    found: 'it is no regular expression',
    remedy: 'correct it',
  })
})

test.each(['u{1,}', 'p{1,}'])('without the flag u the braces of \\\\%s are a repetition', (part) => {
  expect(examinePattern({ source: `\\${part}x`, flags: '' })?.found).toBe(`"\\\\${part}" has no end`)
})

const atom = fc.constantFrom('a', 'b', '[ab]', '\\w', '.', '[^b]')
const sign = fc.constantFrom('', '', '?', '*', '+', '{2}', '{0,3}', '{1,16}', '{2,}', '+?')
const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc
    .array(
      fc.tuple(
        fc.oneof(
          { maxDepth: 3 },
          atom,
          fc.tuple(tie('pattern'), tie('pattern')).map((two) => `(?:${two.join('|')})`),
        ),
        sign,
      ),
      { minLength: 1, maxLength: 4 },
    )
    .map((parts) => parts.map((part) => part.join('')).join('')),
}))

type Go = (at: number) => boolean

/** How often an engine that tries each way reads a character of `text`, from its beginning on. */
function readsOf(source: string, text: string): number {
  let reads = 0
  const match = (tree: PatternTree, at: number, then: Go): boolean => {
    switch (tree.type) {
      case 'choice':
        return tree.parts.some((part) => match(part, at, then))
      case 'sequence': {
        const from = (index: number, start: number): boolean =>
          index === tree.parts.length
            ? then(start)
            : match(tree.parts[index]!, start, (next) => from(index + 1, next))
        return from(0, at)
      }
      case 'repeat': {
        const repeat = (count: number, start: number): boolean =>
          (count < tree.to &&
            match(
              tree.part,
              start,
              (next) => (next > start || count < tree.from) && repeat(count + 1, next),
            )) ||
          (count >= tree.from && then(start))
        return repeat(0, at)
      }
      default:
        reads++
        // Of all classes, so that most is tried: a or b.
        return /[ab]/.test(text[at] ?? '') && then(at + 1)
    }
  }
  match(readPattern(source), 0, () => true)
  return reads
}

test('what is used reads no more than 2048 characters from one place on, and where the last part has no end the text', () => {
  fc.assert(
    fc.property(pattern, fc.integer({ min: 0, max: 60 }), (source, length) => {
      fc.pre(examinePattern({ source, flags: '' }) === undefined)
      expect(readsOf(source, `${'a'.repeat(length)}c`)).toBeLessThanOrEqual(2048 + 256 * (length + 1))
    }),
    { numRuns: 3000 },
  )
})
