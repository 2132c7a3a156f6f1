import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeReceived, describeSent } from './attributes.ts'
import { options } from './options.ts'
import { createUrlRedactor, parseTarget } from './url.ts'

const redact = createUrlRedactor(options.redactQuery.default)

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
  ['/a?sig=abc', '/a?sig=REDACTED'],
  ['/?a=1&Signature=x%2Fy&b=2', '/?a=1&Signature=REDACTED&b=2'],
  ['/?x-goog-signature=1&X-Amz-Signature=2', '/?x-goog-signature=REDACTED&X-Amz-Signature=REDACTED'],
  ['/?sigma=1&design=2&sig', '/?sigma=1&design=2&sig'],
  ['/?sig=&sig=1', '/?sig=REDACTED&sig=REDACTED'],
  ['/?to=/b?sig=1', '/?to=/b?sig=REDACTED'],
  ['/sig=1', '/sig=1'],
])('the query of %s', (url, redacted) => {
  expect(redact(url)).toBe(redacted)
})

test.each([
  ['http://me:secret@shop.test/a', 'http://REDACTED:REDACTED@shop.test/a'],
  ['HTTPS://secret@shop.test', 'HTTPS://REDACTED:REDACTED@shop.test'],
  ['http://:secret@[::1]:80/@a/b', 'http://REDACTED:REDACTED@[::1]:80/@a/b'],
  ['http://me:se@cret@shop.test/@a', 'http://REDACTED:REDACTED@shop.test/@a'],
  ['http://me:se%40cret@shop.test/', 'http://REDACTED:REDACTED@shop.test/'],
  ['http://me:se/cret@shop.test/a', 'http://REDACTED:REDACTED@shop.test/a'],
  ['http://me:12?secret@shop.test/a', 'http://me:12?secret@shop.test/a'],
  ['http://me:s1?secret@shop.test/a', 'http://REDACTED:REDACTED@shop.test/a'],
  ['http://me:#secret@shop.test/a', 'http://REDACTED:REDACTED@shop.test/a'],
  ['http:/me:secret@shop.test/a', 'http:/REDACTED:REDACTED@shop.test/a'],
  ['http:\\\\me:secret@shop.test/a', 'http:\\\\REDACTED:REDACTED@shop.test/a'],
  ['//me:secret@shop.test/a', '//REDACTED:REDACTED@shop.test/a'],
  ['me:secret@shop.test:443', 'REDACTED:REDACTED@shop.test:443'],
  ['me:se/cret@shop.test:443', 'REDACTED:REDACTED@shop.test:443'],
  ['/http://me:secret@shop.test/a', '/http://REDACTED:REDACTED@shop.test/a'],
  ['/a?to=http://me:secret@b.test/&c=1', '/a?to=http://REDACTED:REDACTED@b.test/&c=1'],
  ['/a?to=http%3A%2F%2Fme%3Asecret%40b.test%2Fd', '/a?to=http%3A%2F%2FREDACTED:REDACTED@b.test%2Fd'],
  [
    'http://me:secret@a.test/?to=//me:secret@b.test',
    'http://REDACTED:REDACTED@a.test/?to=//REDACTED:REDACTED@b.test',
  ],
  ['http://shop.test:81/@scope/a@1.2', 'http://shop.test:81/@scope/a@1.2'],
  ['http://[::1]/@scope', 'http://[::1]/@scope'],
  ['/@scope/a%401?b=c@d', '/@scope/a%401?b=c@d'],
  ['shop.test:443', 'shop.test:443'],
  ['*', '*'],
])('the credentials of %s', (url, redacted) => {
  expect(redact(url)).toBe(redacted)
})

test('no secret of a target comes into an attribute, on either side', () => {
  const secret = fc.stringMatching(/^[a-z~!$'()*,;=]{1,8}$/).map((text) => `TOP${text}SECRET`)
  const target = fc.constantFrom(
    (password: string) => `http://me:${password}@shop.test/a`,
    (password: string) => `http://${password}@shop.test:81`,
    (password: string) => `//me:${password}@shop.test/@a`,
    (password: string) => `me:${password}@shop.test:443`,
    (password: string) => `/a?to=https://me:${password}@shop.test`,
    (password: string) => `/a?b=1&sig=${password}`,
    (password: string) => `http://shop.test/?Signature=${password}&b`,
  )
  fc.assert(
    fc.property(target, secret, (write, password) => {
      const url = write(password)
      const received = describeReceived(
        { url, httpVersion: '1.1', headers: { host: `me:${password}@a.test` }, socket: {} },
        redact,
      )
      const sent = describeSent(
        { method: 'GET', protocol: 'http:', host: `me:${password}@a.test`, target: url },
        redact,
      )
      expect(JSON.stringify([received, sent])).not.toContain('SECRET')
    }),
  )
})

test('no secret value of a query survives, whatever stands around it', () => {
  const word = fc.stringMatching(/^[a-z]{0,5}$/)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(word, word)),
      fc.array(fc.tuple(word, word)),
      fc.constantFrom(...options.redactQuery.default),
      (before, after, name) => {
        const pairs = [...before, [name, 'TOPSECRET'], ...after].map((pair) => pair.join('='))
        expect(redact(`/?${pairs.join('&')}`)).not.toContain('TOPSECRET')
      },
    ),
  )
})

test('names are taken literally, and none redact nothing', () => {
  expect([createUrlRedactor(['a.b'])('/?a.b=1&axb=2'), createUrlRedactor([])('/?sig=1')]).toEqual([
    '/?a.b=REDACTED&axb=2',
    '/?sig=1',
  ])
})

test.each([
  '@'.repeat(16_000),
  `${'/'.repeat(16_000)}@`,
  `http://${'a'.repeat(16_000)}`,
  `${'a:'.repeat(8_000)}/@`,
])(
  'a hostile target of 16,000 characters is looked through once or twice, not again from each place',
  (target) => {
    const started = process.cpuUsage()
    redact(target)
    redact(`${target}%40`)
    expect(process.cpuUsage(started).user).toBeLessThan(1e6)
  },
)
