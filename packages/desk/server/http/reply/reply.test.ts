import { expect, test } from 'vitest'
import { storeError } from '../../schema/store-error.ts'
import { failureOf } from './reply.ts'

test.each([
  ['invalid', 400],
  ['decode', 400],
  ['too-large', 413],
  ['not-found', 404],
  ['busy', 503],
  ['timeout', 504],
  ['full', 507],
  ['internal', 500],
] as const)('%s is HTTP %i', (code, status) => {
  const headers = code === 'busy' ? { headers: { 'retry-after': '1' } } : {}
  expect(failureOf(storeError(code, 'why'))).toEqual({ status, code, message: 'why', ...headers })
})

test('what is no error of the store tells nothing of itself', () => {
  expect(failureOf(new Error('/root/secret is missing'))).toEqual({
    status: 500,
    code: 'internal',
    message: 'the desk failed; its own output says more',
  })
})
