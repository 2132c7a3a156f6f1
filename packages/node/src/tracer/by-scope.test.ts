import { expect, test } from 'vitest'
import { byScope } from './by-scope.ts'

test('a name and a version give the same, and any number of names keeps a thousand', () => {
  let made = 0
  const tracerOf = byScope((scope) => ({ ...scope, number: ++made }))
  expect(tracerOf('a')).toBe(tracerOf('a', ''))
  expect(tracerOf('a', '1')).toEqual({ name: 'a', version: '1', number: 2 })
  for (let index = 0; index < 998; index++) tracerOf(`name ${index}`)
  expect([tracerOf('a').number, tracerOf('one more').number]).toEqual([1, 1_001])
  expect(tracerOf('a').number).toBe(1_002)
})
