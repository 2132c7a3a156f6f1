import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  createQueryRedactor,
  describeReceived,
  parseHost,
  parseTarget,
  type ReceivedRequest,
  redactTarget,
} from './attributes.ts'
import { options } from './options.ts'

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

test.each([
  ['example.com', { address: 'example.com', port: undefined }],
  ['example.com:8080', { address: 'example.com', port: 8080 }],
  ['127.0.0.1:1', { address: '127.0.0.1', port: 1 }],
  ['[::1]', { address: '::1', port: undefined }],
  ['[2001:db8::2]:443', { address: '2001:db8::2', port: 443 }],
  ['::1', { address: '::1', port: undefined }],
  ['a:b:c', { address: 'a:b:c', port: undefined }],
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

const redact = createQueryRedactor(options.redactQuery.default)

test.each([
  ['sig=abc', 'sig=REDACTED'],
  ['a=1&Signature=x%2Fy&b=2', 'a=1&Signature=REDACTED&b=2'],
  ['x-goog-signature=1&X-Amz-Signature=2', 'x-goog-signature=REDACTED&X-Amz-Signature=REDACTED'],
  ['sigma=1&design=2&sig', 'sigma=1&design=2&sig'],
  ['sig=&sig=1', 'sig=REDACTED&sig=REDACTED'],
])('the query %s', (query, redacted) => {
  expect(redact(query)).toBe(redacted)
})

test('no secret value survives, whatever stands around it', () => {
  const word = fc.stringMatching(/^[a-z]{0,5}$/)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(word, word)),
      fc.array(fc.tuple(word, word)),
      fc.constantFrom(...options.redactQuery.default),
      (before, after, name) => {
        const pairs = [...before, [name, 'TOPSECRET'], ...after].map((pair) => pair.join('='))
        expect(redact(pairs.join('&'))).not.toContain('TOPSECRET')
      },
    ),
  )
})

test('names are taken literally, and none redact nothing', () => {
  expect([createQueryRedactor(['a.b'])('a.b=1&axb=2'), createQueryRedactor([])('sig=1')]).toEqual([
    'a.b=REDACTED&axb=2',
    'sig=1',
  ])
})

test('only the query of a target is looked at', () => {
  expect([redactTarget('/sig=1', redact), redactTarget('/a?sig=1', redact)]).toEqual([
    '/sig=1',
    '/a?sig=REDACTED',
  ])
})
