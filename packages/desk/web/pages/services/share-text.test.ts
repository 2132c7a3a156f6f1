import { expect, test } from 'vitest'
import { shareText } from './share-text.ts'

test('a share is never rounded to none or to all', () => {
  expect([
    shareText(0, 10),
    shareText(1, 1000),
    shareText(1, 8),
    shareText(999, 1000),
    shareText(3, 3),
    shareText(0, 0),
  ]).toEqual(['0 %', '< 1 %', '13 %', '99 %', '100 %', '0 %'])
})
