import { expect, test } from 'vitest'
import { hasFilter, removeFilter, searchParts } from './search-parts.ts'

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
