import { expect, test } from 'vitest'
import { createPathTest } from './intake.ts'

test('a pattern is a whole path, or a prefix with a star', () => {
  const isIgnored = createPathTest(['/health', '/assets/*'])
  const paths = ['/health', '/health/', '/healthy', '/assets/', '/assets/a/b', '/assets', '/']
  expect(paths.filter(isIgnored)).toEqual(['/health', '/assets/', '/assets/a/b'])
})

test('a star alone is everything, and no pattern is nothing', () => {
  expect([createPathTest(['*'])('/a'), createPathTest([])('/a')]).toEqual([true, false])
})
