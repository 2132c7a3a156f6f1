import { expect, test } from 'vitest'
import { readQuickFilters, withService, withSlower } from './quick-filters.ts'

test('the controls show what the search says, and only what all of it says', () => {
  expect(
    [
      'declined has:error dur>1s service:"orders api"',
      'has:error OR dur>1s',
      '-has:error dur<1s',
      '(',
      '',
    ].map(readQuickFilters),
  ).toEqual([
    { slower: '1s', service: 'orders api' },
    { slower: '', service: '' },
    { slower: '', service: '' },
    { slower: '', service: '' },
    { slower: '', service: '' },
  ])
})

test('a control changes its own condition and leaves the rest as it is', () => {
  expect([
    withSlower('dur>100ms declined', '10s'),
    withSlower('dur>10s', ''),
    withSlower('', '1s'),
    withSlower('a OR b', '1s'),
    withService('service:a x', 'orders "eu"'),
    withService('x service:a', ''),
  ]).toEqual(['declined dur>10s', '', 'dur>1s', '(a OR b) dur>1s', 'x service:"orders \\"eu\\""', 'x'])
})
