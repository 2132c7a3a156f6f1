import { expect, test } from 'vitest'
import { joinPaths, pathText } from './path.ts'

test.each([
  ['', '/', '/'],
  ['', '/orders', '/orders'],
  ['/api', '/', '/api'],
  ['/api', '', '/api'],
  ['/api', '/orders/:id', '/api/orders/:id'],
  ['/api/', '/orders', '/api/orders'],
  ['', '*', '/*'],
])('%j and %j make %j', (prefix, path, joined) => {
  expect(joinPaths(prefix, path)).toBe(joined)
})

test('several paths are separated by commas', () => {
  expect(pathText(['/a', /b/, ['/c']])).toBe('/a,/b/,/c')
})
