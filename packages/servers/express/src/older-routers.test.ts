import { expect, test } from 'vitest'
import { putParams } from './older-routers.ts'

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
