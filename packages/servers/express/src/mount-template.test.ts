import { expect, test } from 'vitest'
import { mountTemplate } from './mount-template.ts'

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
