import { assert, constantFrom, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { mayMatch } from './may-match.ts'
import { parseSearch } from './parse-search.ts'
import { matcherOf } from './record-matcher.ts'

const treeOf = (text: string) => {
  const parsed = parseSearch(text)
  if ('problem' in parsed) throw new Error(text)
  return parsed.tree
}

test.each([
  ['level:error timeout', { severityNumber: 9, service: 'pay' }, false],
  ['level:error timeout', { severityNumber: 17, service: 'pay' }, true],
  ['service:cart', { severityNumber: 9, service: 'pay' }, false],
  ['service:cart OR timeout', { severityNumber: 9, service: 'pay' }, true],
  ['-service:pay timeout', { severityNumber: 9, service: 'pay' }, false],
  ['-(service:pay timeout)', { severityNumber: 9, service: 'pay' }, true],
  ['has:error', { severityNumber: 13, service: '' }, false],
  ['', { severityNumber: 0, service: '' }, true],
])('%j may find a record of %o: %s', (text, known, wanted) => {
  expect(mayMatch(treeOf(text), known)).toBe(wanted)
})

const terms = [
  'level:error',
  'level<=info',
  'has:error',
  'service:pay',
  'service:p*',
  'service:*',
  'late',
  'status:5',
]
const searches = terms.flatMap((a) =>
  terms.flatMap((b) => [`${a} ${b}`, `${a} OR ${b}`, `-${a} ${b}`, `-(${a} OR -${b})`, `-(${a} ${b})`]),
)

test('what is found may be found', () => {
  const records = record({
    ...{ severityNumber: constantFrom(0, 1, 9, 12, 13, 17, 24), service: constantFrom('', 'pay', 'cart') },
    ...{ eventName: constantFrom(''), traceId: constantFrom(''), spanId: constantFrom('') },
    body: constantFrom('too late', 'in time'),
    attributes: constantFrom<{ [key: string]: number }>({}, { status: 5 }),
    resource: constantFrom({}),
    folded: constantFrom(undefined),
  })
  assert(
    property(constantFrom(...searches), records, (text, one) => {
      const tree = treeOf(text)
      return !matcherOf(tree)({ ...one }) || mayMatch(tree, one)
    }),
    { numRuns: 5000 },
  )
})
