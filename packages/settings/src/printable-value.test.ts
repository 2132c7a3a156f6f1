import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseEncodedPairs, parseHeaders, parseList, parsePairs } from './list.ts'
import { parseGrpcTarget, parseHttpAddress, parseOtlpAddress } from './otlp-address.ts'
import { printableReason, printableValue } from './printable-value.ts'
import { parseBytes, parseDuration, parseMilliseconds } from './quantity.ts'
import { parseBoolean, parseChoice, parseCount, parseNumber, parseRatio, parseText } from './scalar.ts'

const asItIs = (text: string): [unknown, string] => [text, `"${text}"`]

const shown: [unknown, string][] = [
  ...['', '5', '-1', '1.5', '1,5GB', '5 days', '5toString', '25%', '1e999', '99999'].map(asItIs),
  ...['sometimes', 'jaeger_remote', 'http/proto', 'dry-run', 'md5'].map(asItIs),
  ['B3MULTY', '"B3MULTY"'],
  ['hunter2', 'a text of 7 characters'],
  ['S3cr3t', 'a text of 6 characters'],
  ['Secret', 'a text of 6 characters'],
  ['a b', 'a text of 3 characters'],
  ['5f4dcc3b', 'a text of 8 characters'],
  ['x'.repeat(25), 'a text of 25 characters'],
  [12, '"12"'],
  [true, '"true"'],
  [['secret'], 'a list'],
  [{ secret: 1 }, 'a map'],
  [null, 'nothing'],
]

test.each(shown)('of %j that is refused is shown %s', (raw, shown) => {
  expect(printableValue(raw, ['b3multi'])).toBe(shown)
})

const values = ['flush', 'spool', 'off']
const parsers = {
  parseBoolean,
  parseText,
  parseCount: parseCount(),
  parseNumber: parseNumber(1),
  parseRatio,
  parseBytes,
  parseDuration,
  parseMilliseconds,
  parseChoice: parseChoice(values),
  parseList: parseList(values),
  parsePairs: parsePairs(values),
  parseEncodedPairs,
  parseHeaders,
  parseOtlpAddress: parseOtlpAddress('HEADERS'),
  parseHttpAddress,
  parseGrpcTarget: parseGrpcTarget(false),
}

/** Of the alphabets in which secrets are made, with a letter and a digit. */
const secret = fc
  .oneof(fc.stringMatching(/^[a-zA-Z\d_-]{5,40}$/), fc.stringMatching(/^[\da-f]{8,40}$/))
  .map((text) => `S3${text}x`)
const around = fc.constantFrom<((secret: string) => unknown)[]>(
  (text) => text,
  (text) => `Bearer ${text}`,
  (text) => `authorization=Bearer ${text},${text}`,
  (text) => `a=1,${text}=%zz`,
  (text) => `a=%zz${text}`,
  (text) => `password: ${text}`,
  (text) => `http://me:${text}@host:99999`,
  (text) => `me:${text}@host`,
  (text) => ` ${text} http://host`,
  (text) => [text],
  (text) => [[text]],
  (text) => ({ a: [text] }),
  (text) => ({ [text]: {} }),
)

test.each(Object.entries(parsers))('no fault of %s shows a secret, wherever it stands', (_, parse) => {
  fc.assert(
    fc.property(secret, around, (text, put) => {
      expect(JSON.stringify(parse(put(text)).faults).toLowerCase()).not.toContain(text.toLowerCase())
    }),
    { numRuns: 500 },
  )
})

test('why a file cannot be read is told without its path', () => {
  expect([
    printableReason(new Error("ENOENT: no such file or directory, open '/run/it's S3cr3t'")),
    printableReason(new Error('EISDIR: illegal operation on a directory, read')),
    printableReason('gone'),
  ]).toEqual(['ENOENT: no such file or directory', 'EISDIR: illegal operation on a directory, read', 'gone'])
})
