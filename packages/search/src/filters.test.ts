import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addFilter, hasFilter, removeFilter, searchParts } from './filters.ts'
import { parseSearch } from './parse-search.ts'
import { wordsOf } from './tree.ts'

test.each([
  ['', 'service', 'api', false, 'service:api'],
  ['timeout', 'level', 'error', false, 'timeout level:error'],
  ['timeout', 'user.id', 'anna k', true, 'timeout -user.id:"anna k"'],
  ['a OR b', 'service', 'api', false, '(a OR b) service:api'],
  ['service:api a', 'service', 'api', false, 'a service:api'],
  ['a -service:api', 'service', 'api', false, 'a service:api'],
  ['a service:api', 'service', 'api', true, 'a -service:api'],
  ['service:web', 'service', 'api', false, 'service:web service:api'],
  ['', 'level', 'no level', false, '"level":"no level"'],
  ['', 'a key', 'say "hi"', false, '"a key":"say \\"hi\\""'],
  ['(a', 'service', 'api', false, '(a service:api'],
])('%s with %s:%s (negative: %s) is %s', (text, key, value, negative, expected) => {
  expect(addFilter(text, key, value, negative)).toBe(expected)
})

test('a filter of any key and value is a search', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }),
      fc.boolean(),
      (key, value, negative) => {
        expect(parseSearch(addFilter('a OR b', key, value, negative)).problem).toBeUndefined()
      },
    ),
  )
})

test('each condition with the search without it', () => {
  expect([searchParts('refused (a OR b) -level:info'), searchParts('a OR b'), searchParts('')]).toEqual([
    [
      { part: 'refused', without: '(a OR b) -level:info' },
      { part: 'a OR b', without: 'refused -level:info' },
      { part: '-level:info', without: 'refused (a OR b)' },
    ],
    [{ part: 'a OR b', without: '' }],
    [],
  ])
})

test('filters are found and removed as they are written by addFilter', () => {
  const text = 'refused user:"Anna K" -service:web'
  expect([
    hasFilter(text, 'user', 'Anna K', false),
    hasFilter(text, 'service', 'web', false),
    hasFilter(text, 'service', 'web', true),
    removeFilter(text, 'user', 'Anna K', false),
    removeFilter(text, 'user', 'Bob', false),
    removeFilter('(a', 'user', 'Bob', false),
  ]).toEqual([true, false, true, 'refused -service:web', text, '(a'])
})

test('the words to highlight are those that a line was found by', () => {
  const { tree } = parseSearch('a "b c" d* -e (f OR (g a)) service:h -(i j)')
  expect(tree && wordsOf(tree)).toEqual(['a', 'b c', 'd', 'f', 'g'])
})
