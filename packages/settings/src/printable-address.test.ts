import fc from 'fast-check'
import { expect, test } from 'vitest'
import { printableAddress } from './printable-address.ts'

test.each([
  ['http://localhost:4318', 'http://localhost:4318'],
  ['https://host/otlp/v1/logs', 'https://host/otlp/v1/logs'],
  ['https://host/', 'https://host'],
  ['grpc://[::1]:4317', 'grpc://[::1]:4317'],
  ['unix:///run/otel', 'unix:///run/otel'],
  ['collector:4318', 'collector:4318'],
  ['', ''],
  ['no address', 'no address'],
  ['https://me:secret@host/x', 'https://***@host/x'],
  ['https://me@host', 'https://***@host'],
  ['https://:secret@host', 'https://***@host'],
  ['me:secret@host:4318', '***@host:4318'],
  ['ftp://me:se@cret@host', 'ftp://***@host'],
  ['https://me:secret@', 'https://***@'],
  ['http://me:12/secret@host/x', 'http://***@host/x'],
  ['http://me:12#secret@host/x', 'http://***'],
  ['http://me:12?secret@host/x', 'http://me:12?***'],
  ['http://me:pa?secret@host/x', 'http://***'],
  ['http://me:pa/secret@host:1?key=secret', 'http://***@host:1?key=***'],
  ['https://host?key=secret&secret&b=2&', 'https://host?key=***&***&b=***&***'],
  ['https://host?c2VjcmV0==', 'https://host?***'],
  ['https://host?a=secret=secret', 'https://host?a=***'],
  ['https://host/x?to=secret@corp', 'https://host?***'],
  ['https://host/x#secret', 'https://host/x#***'],
  ['host:1?key=secret#secret', 'host:1?key=***#***'],
  ['host?key=@secret', '***'],
  ['http://me:@secret?@host', 'http://***'],
  ['http://host\u001b[31m/\u202ex', 'http://host\ufffd[31m/\ufffdx'],
  ['https://host/\u001b[31m?\u0007=1', 'https://host/%1B[31m?%07=***'],
  ['host\ud800\n\u2028', 'host\ufffd\ufffd\ufffd'],
])('%j is printed as %j', (address, printed) => {
  expect(printableAddress(address)).toBe(printed)
})

const secret = 'S3cr3t'
const around = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'/?#@:=&%\\[]1 ') }))
const scheme = fc.constantFrom('http://', 'https://', 'grpc://', 'unix:', '')
const user = fc.stringMatching(/^\w{0,9}$/)

test.each([
  [
    'as a password',
    fc.tuple(scheme, user, around, around).map(([s, u, a, b]) => `${s}${u}:${a}${secret}${b}@host`),
  ],
  [
    'as an encoded user',
    fc
      .tuple(fc.constantFrom('http://', 'grpc://'), around, around)
      .map(([s, a, b]) => `${s}${encodeURIComponent(wellFormed(a) + secret)}:${without('?', b)}@host`),
  ],
  [
    'as a value',
    fc
      .tuple(scheme, user, around, around)
      .map(([s, u, a, b]) => `${s}host/${u}?key=${without('&', a + secret + b)}`),
  ],
  [
    'as a key alone',
    fc.tuple(scheme, fc.constantFrom('', '=', '==')).map(([s, b]) => `${s}host?${secret}${b}`),
  ],
])('no secret is printed that stands %s', (_, addresses) => {
  fc.assert(
    fc.property(addresses, (address) => {
      expect(printableAddress(address).toLowerCase()).not.toContain(secret.toLowerCase())
    }),
    { numRuns: 1000 },
  )
})

test('whatever comes is printed without control characters', () => {
  const addresses = fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl({ withQueryParameters: true }), around)
  fc.assert(
    fc.property(addresses, (address) => {
      expect(printableAddress(address)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
    }),
  )
})

function without(character: string, text: string): string {
  return text.replaceAll(character, '')
}

function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '')
}

test('a word before :// may be a user', () => {
  expect(printableAddress('a://S3cr3t?@host')).toBe('a://***')
})
