import { expect, test } from 'vitest'
import { compareGroups } from './grouping.ts'
import { parseCsv } from './read-loghub.ts'

test('a group counts only when it is exactly a true one', () => {
  const labels = ['a', 'a', 'b', 'b', 'c', 'd']
  expect(compareGroups([1, 1, 2, 3, 4, 4], labels)).toEqual({ accuracy: 2 / 6, f1: 2 / 8 })
  expect(compareGroups([9, 9, 8, 8, 7, 6], labels)).toEqual({ accuracy: 1, f1: 1 })
})

test('CSV fields may hold commas, quotes and line ends', () => {
  expect(parseCsv('a,b\r\n1,"x, ""y""\nz"\n,\n')).toEqual([
    ['a', 'b'],
    ['1', 'x, "y"\nz'],
    ['', ''],
  ])
})
