import { expect, test } from 'vitest'
import { joinPaths, mountText, pathOfTarget, singlePaths } from './path.ts'

test.each([
  ['', '/', ''],
  ['', '/orders', '/orders'],
  ['/api', '/', '/api'],
  ['/api', '', '/api'],
  ['/api', '/orders/:id', '/api/orders/:id'],
  ['/^\\/api/', '/orders', '/^\\/api//orders'],
  ['', '*', '/*'],
])('%j and %j make %j', (prefix, path, joined) => {
  expect(joinPaths(prefix, path)).toBe(joined)
})

test.each([
  ['/', ''],
  ['/api/', '/api'],
  ['/api/:id', '/api/:id'],
  [/^\/api\//, '/^\\/api\\//'],
])('a mount at %s adds %j', (path, text) => {
  expect(mountText(path)).toBe(text)
})

test('the single paths of a nested list come in their order', () => {
  expect(singlePaths(['/a', [/b/, ['/c']]])).toEqual(['/a', /b/, '/c'])
})

test.each([
  ['/orders?x=/y', '/orders'],
  ['/orders#top', '/orders'],
  ['/', '/'],
  ['http://example.org:80/orders?x', '/orders'],
  ['http://example.org', '/'],
  ['http://example.org?x', '/'],
])('a router matches %s by %s', (target, path) => {
  expect(pathOfTarget(target)).toBe(path)
})
