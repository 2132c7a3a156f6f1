import { expect, test } from 'vitest'
import { describeReceived, parseTarget, type ReceivedRequest } from './attributes.ts'

const request = (given: Partial<ReceivedRequest>): ReceivedRequest => ({
  method: 'GET',
  url: '/',
  httpVersion: '1.1',
  headers: { host: 'shop.test' },
  socket: { remoteAddress: '10.0.0.9' },
  ...given,
})
const describe = (given: Partial<ReceivedRequest>) => describeReceived(request(given), (query) => query)
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
  ['/a/b', { path: '/a/b', query: '' }],
  ['/a?b=1?c', { path: '/a', query: 'b=1?c' }],
  ['http://shop.test:80/a?b', { path: '/a', query: 'b' }],
  ['http://shop.test', { path: '/', query: '' }],
  ['//a/b', { path: '//a/b', query: '' }],
  ['*', { path: '*', query: '' }],
])('the target %s', (target, parsed) => {
  expect(parseTarget(target)).toEqual(parsed)
})
