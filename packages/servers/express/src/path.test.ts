import { expect, test } from 'vitest'
import { joinPaths, mountTemplate, pathText, putParams } from './path.ts'

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

const known = new Map([
  ['/api', '/api'],
  ['/api/users/42', '/api/users/:id'],
])

test.each([
  ['/v1', '/v1', '/v1'],
  ['/42', '/:id', '/:id'],
  ['/v1/42', '/v1/:id', '/v1/:id'],
  ['/v1', '/v1/', '/v1'],
  ['/api/users/7', '/users/:id', '/api/users/:id'],
  ['/api/users/42/items', '/items', '/api/users/:id/items'],
  ['/api/users/42/a/b', '/*rest', '/api/users/:id/*rest'],
  ['/api/users/42/items', '{/:any}', '/api/users/:id{/:any}'],
  ['/api/users/42/x', /^\/x/, '/api/users/:id/^\\/x/'],
  ['/other/a/b', '/other/*rest', '/other/*rest'],
])('%s that was matched by %s is %s', (baseUrl, pattern, template) => {
  expect(mountTemplate(baseUrl, pattern, known)).toBe(template)
})

test.each([
  ['/users/42', { id: '42' }, '/users/:id'],
  ['/42/42', { first: '42', second: '42' }, '/:first/:second'],
  ['/users/a%20b/items', { user: 'a b' }, '/users/:user/items'],
  ['/files/a/b', { 0: 'a/b' }, '/files/*'],
  ['/files/a/b', { rest: ['a', 'b'] }, '/files/:rest'],
  ['/users', {}, '/users'],
  ['/users/$1', { id: '$1' }, '/users/:id'],
  ['/%zz/1', { id: '1' }, '/%zz/:id'],
])('%s with %j is %s', (path, params, template) => {
  expect(putParams(path, params as Record<string, string>)).toBe(template)
})
