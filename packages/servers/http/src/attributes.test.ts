import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeReceived, parseHost, type ReceivedRequest } from './attributes.ts'

const request = (given: Partial<ReceivedRequest>): ReceivedRequest => ({
  method: 'GET',
  url: '/',
  httpVersion: '1.1',
  headers: { host: 'shop.test' },
  socket: { remoteAddress: '10.0.0.9' },
  ...given,
})
const describe = (given: Partial<ReceivedRequest>) => describeReceived(request(given), (url) => url)
const plain = describe({})

test('a request that has the least', () => {
  expect(plain).toEqual({
    'http.request.method': 'GET',
    'url.scheme': 'http',
    'url.path': '/',
    'server.address': 'shop.test',
    'client.address': '10.0.0.9',
    'network.protocol.version': '1.1',
  })
})

test.each([
  [
    'an unknown method',
    { method: 'PURGE' },
    { 'http.request.method': '_OTHER', 'http.request.method_original': 'PURGE' },
  ],
  ['TLS', { socket: { encrypted: true, remoteAddress: '10.0.0.9' } }, { 'url.scheme': 'https' }],
  [
    'a proxy',
    { headers: { host: 'shop.test', 'x-forwarded-for': ' 1.2.3.4 , 10.0.0.1' } },
    { 'client.address': '1.2.3.4' },
  ],
  ['an empty x-forwarded-for', { headers: { host: 'shop.test', 'x-forwarded-for': ',' } }, {}],
  ['a port', { headers: { host: 'shop.test:81' } }, { 'server.port': 81 }],
  [
    'no host',
    { headers: {}, socket: { localAddress: '::1', localPort: 80, remoteAddress: '10.0.0.9' } },
    { 'server.address': '::1', 'server.port': 80 },
  ],
  ['an agent', { headers: { host: 'shop.test', 'user-agent': 'x/1' } }, { 'user_agent.original': 'x/1' }],
  ['a query', { url: '/a?b=1' }, { 'url.path': '/a', 'url.query': 'b=1' }],
])('a request with %s', (_, given, attributes) => {
  expect(describe(given)).toEqual({ ...plain, ...attributes })
})

test.each([
  ['example.com', { address: 'example.com', port: undefined }],
  ['example.com:8080', { address: 'example.com', port: 8080 }],
  ['127.0.0.1:1', { address: '127.0.0.1', port: 1 }],
  ['[::1]', { address: '::1', port: undefined }],
  ['[2001:db8::2]:443', { address: '2001:db8::2', port: 443 }],
  ['::1', { address: '::1', port: undefined }],
  ['a:b:c', { address: 'a:b:c', port: undefined }],
  ['user:secret@shop.test:81', { address: 'shop.test', port: 81 }],
  ['user:sec@ret@[::1]', { address: '::1', port: undefined }],
])('the host %s', (host, parsed) => {
  expect(parseHost(host)).toEqual(parsed)
})

test('a host and a port that are put together come apart again', () => {
  fc.assert(
    fc.property(fc.domain(), fc.integer({ min: 0, max: 65535 }), (address, port) => {
      expect(parseHost(`${address}:${port}`)).toEqual({ address, port })
    }),
  )
})
