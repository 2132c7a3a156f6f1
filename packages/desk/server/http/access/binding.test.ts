import { describe, expect, test } from 'vitest'
import { type Access, ownNames, requireSafeBinding } from './binding.ts'

const problemOf = (access: Access): string => {
  try {
    requireSafeBinding(access)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

describe('a binding', () => {
  test.each<[string, Access]>([
    ['this machine alone', {}],
    ['a loopback address', { host: '127.0.0.2' }],
    ['both tokens', { host: '0.0.0.0', token: 'a', ingestToken: 'b' }],
    ['at own risk', { host: '0.0.0.0', dangerouslyNoAuth: true }],
  ])('is safe: %s', (_, access) => expect(problemOf(access)).toBe(''))

  test.each<[string, Access, string]>([
    ['no token', { host: '::' }, 'needs --token and --ingest-token'],
    ['no token to read', { host: 'desk.lan', ingestToken: 'b' }, 'needs --token;'],
    ['no token to send', { host: '10.0.0.1', token: 'a' }, 'needs --ingest-token;'],
    [
      'a name that only begins like loopback',
      { host: '127.0.0.1.evil.example' },
      'can be reached from other machines',
    ],
    [
      'one token for both',
      { token: 'a', ingestToken: 'a' },
      'the tokens for reading and for sending are the same',
    ],
  ])('is refused: %s', (_, access, problem) => expect(problemOf(access)).toContain(problem))
})

test.each<[Access, string[]]>([
  [{}, []],
  [{ host: '10.0.0.1' }, ['10.0.0.1']],
  [{ host: '::', allowedHosts: ['desk.lan'] }, ['[::]', 'desk.lan']],
])('the names of a desk with %j', (access, names) => {
  expect(new Set(ownNames(access))).toEqual(new Set(['localhost', '127.0.0.1', '[::1]', ...names]))
})
