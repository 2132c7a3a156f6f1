import { describe, expect, test } from 'vitest'
import { allowedNames, hostNames, isAllowedHost, isLoopback } from './guard.ts'

describe('a host header', () => {
  test.each<[string | undefined, string, boolean]>([
    ['localhost:4318', '127.0.0.1', true],
    ['[::1]', '127.0.0.1', true],
    ['localhost.evil.example', '127.0.0.1', false],
    ['evil.example:localhost', '127.0.0.1', false],
    ['10.0.0.1', '127.0.0.1', false],
    [undefined, '127.0.0.1', false],
    ['10.0.0.1:4318', '0.0.0.0', true],
    ['[fd00::2]:4318', '::', true],
    ['10.0.0.1.evil.example', '0.0.0.0', false],
    ['[fd00::2]:4318', 'fd00::2', true],
    ['[FD00::2]', 'fd00::2', true],
    ['DESK.lan:80', 'localhost', true],
  ])('%s where a server listens on %s: %s', (header, host, allowed) => {
    expect(isAllowedHost(header, hostNames(host, ['desk.LAN']))).toBe(allowed)
  })
})

test('a receiver that others can reach has any name, unless it is given some', () => {
  const hosts = ['127.0.0.1', '10.0.0.1', '127.0.0.1.evil.example']
  expect(hosts.map((host) => allowedNames(host, undefined) === undefined)).toEqual([false, true, true])
  expect(hosts.map((host) => allowedNames(host, ['here']))).toEqual([['here'], ['here'], ['here']])
})

test.each(['localhost', '127.0.0.1', '127.8.0.1', '::1', '[::1]'])('%s is this machine alone', (host) => {
  expect([isLoopback(host), isLoopback(`${host}.example`)]).toEqual([true, false])
})
