import { severityBands } from '@clew/otlp/severity'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSearch } from './parse-search.ts'
import { printSearch } from './print-search.ts'
import { allOf, anyOf, fieldKeys, hasWords, type Search, type SearchTerm, type TextMatch } from './tree.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('OR', 'a b', 'x"', '\\', 'level', 'a:b', '-', '*', '//x', ':x', '0'.repeat(31).concat('1')),
)
const hex = (digits: number) =>
  fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`)).filter((id) => /[^0]/.test(id))
const compare = fc.constantFrom('>', '>=', '<', '<=')
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value))

const match: fc.Arbitrary<TextMatch> = fc.oneof(
  fc.record({ kind: fc.constantFrom('equal', 'prefix'), value: text }),
  fc.constant({ kind: 'exists' } as const),
)
const term: fc.Arbitrary<SearchTerm> = fc.oneof(
  fc.record({
    kind: fc.constant('text'),
    text: text.filter((value) => value.trim() !== ''),
    prefix: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('level'),
    compare: fc.oneof(compare, fc.constant('=')),
    level: fc.constantFrom(...severityBands),
  }),
  fc.record({ kind: fc.constant('duration'), compare, us: fc.nat(2 ** 50).map((ns) => ns / 1000) }),
  fc.record({ kind: fc.constant('has'), what: fc.constantFrom(...hasWords) }),
  fc.record({ kind: fc.constant('id'), of: fc.constant('trace'), id: hex(32) }),
  fc.record({ kind: fc.constant('id'), of: fc.constant('span'), id: hex(16) }),
  fc.record({ kind: fc.constant('pattern'), id: fc.nat() }),
  fc.record({ kind: fc.constant('field'), key: fc.constantFrom(...fieldKeys), match }),
  fc.record({
    kind: fc.constant('attribute'),
    key: text,
    match: fc.oneof(match, fc.record({ kind: fc.constant('compare'), compare, number })),
  }),
) as fc.Arbitrary<SearchTerm>

const { tree } = fc.letrec<{ tree: Search }>((tie) => {
  const parts = fc.array(tie('tree'), { minLength: 2, maxLength: 4 })
  return {
    tree: fc.oneof(
      { maxDepth: 4 },
      term,
      fc.constant({ kind: 'everything' } as const),
      parts.map(allOf),
      parts.map(anyOf),
      tie('tree').map((part) => ({ kind: 'not' as const, part })),
    ),
  }
})

test('a printed tree is read as the same tree', () => {
  fc.assert(
    fc.property(tree, (search) => {
      expect(parseSearch(printSearch(search))).toEqual({ tree: search })
    }),
    { numRuns: 3000 },
  )
})
