import { expect, test } from 'vitest'
import { makeUuid } from './uuid.ts'

test('each is a UUID of version 4, and none comes twice', () => {
  const made = Array.from({ length: 2000 }, makeUuid)
  const form = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/
  expect([made.filter((uuid) => !form.test(uuid)), new Set(made).size]).toEqual([[], 2000])
})

test('every free digit takes every value', () => {
  const made = Array.from({ length: 2000 }, makeUuid)
  const values = Array.from({ length: 36 }, (_, at) => new Set(made.map((uuid) => uuid[at])).size)
  const free = (count: number): number[] => Array<number>(count).fill(16)
  expect(values).toEqual([...free(8), 1, ...free(4), 1, 1, ...free(3), 1, 4, ...free(3), 1, ...free(12)])
})
