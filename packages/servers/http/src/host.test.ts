import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseHost } from './host.ts'

test.each([
  ['example.com', { address: 'example.com', port: undefined }],
  ['example.com:8080', { address: 'example.com', port: 8080 }],
  ['127.0.0.1:1', { address: '127.0.0.1', port: 1 }],
  ['[::1]', { address: '::1', port: undefined }],
  ['[2001:db8::2]:443', { address: '2001:db8::2', port: 443 }],
  ['::1', { address: '::1', port: undefined }],
  ['a:b:c', { address: 'a:b:c', port: undefined }],
])('%s', (host, parsed) => {
  expect(parseHost(host)).toEqual(parsed)
})

test('a host and a port that are put together come apart again', () => {
  fc.assert(
    fc.property(fc.domain(), fc.integer({ min: 0, max: 65535 }), (address, port) => {
      expect(parseHost(`${address}:${port}`)).toEqual({ address, port })
    }),
  )
})
