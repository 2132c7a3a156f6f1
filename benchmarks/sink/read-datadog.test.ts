import { expect, test } from 'vitest'
import { countDatadogSpans } from './read-datadog.ts'

const bytes = (...parts: (number | Buffer)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : part)))

const filled = (length: number): Buffer => Buffer.alloc(length, 0xc1)

/** A value of each kind that there is, none of whose inner bytes may be taken for a head. */
const values: Record<string, Buffer> = {
  'a small number': bytes(0x7f),
  'a small negative one': bytes(0xe0),
  'nil and booleans, in an array': bytes(0x93, 0xc0, 0xc2, 0xc3),
  'numbers of 1 to 8 bytes, in an array': bytes(
    ...[0x98, 0xcc, filled(1), 0xcd, filled(2), 0xce, filled(4), 0xcf, filled(8)],
    ...[0xd0, filled(1), 0xd1, filled(2), 0xd2, filled(4), 0xd3, filled(8)],
  ),
  'floating numbers, in an array': bytes(0x92, 0xca, filled(4), 0xcb, filled(8)),
  'a short text': bytes(0xbf, filled(31)),
  'texts by their length': bytes(
    0x93,
    0xd9,
    2,
    filled(2),
    0xda,
    1,
    0,
    filled(256),
    0xdb,
    0,
    0,
    0,
    1,
    filled(1),
  ),
  binaries: bytes(0x93, 0xc4, 2, filled(2), 0xc5, 1, 0, filled(256), 0xc6, 0, 0, 0, 1, filled(1)),
  'extensions by their length': bytes(
    ...[0x93, 0xc7, 2, filled(3), 0xc8, 1, 0, filled(257), 0xc9, 0, 0, 0, 1, filled(2)],
  ),
  'extensions of 1 to 16 bytes': bytes(
    ...[0x95, 0xd4, filled(2), 0xd5, filled(3), 0xd6, filled(5), 0xd7, filled(9), 0xd8, filled(17)],
  ),
  'a short map of a map': bytes(0x81, 0xa1, 0x61, 0x82, 1, 2, 3, 4),
  'maps by their length': bytes(0x92, 0xde, 0, 1, 1, 2, 0xdf, 0, 0, 0, 1, 1, 2),
  'arrays by their length': bytes(0x92, 0xdc, 0, 2, 1, 2, 0xdd, 0, 0, 0, 1, 1),
}

test.each(Object.entries(values))('counts the spans behind %s', (_, value) => {
  const trace = bytes(0x92, 0x81, 0xa1, 0x61, value, 0x80)
  expect(countDatadogSpans(bytes(0xdd, 0, 0, 0, 3, trace, 0x90, trace))).toBe(4)
})

test('a request without a trace has no span', () => {
  expect(countDatadogSpans(bytes(0x90))).toBe(0)
})

test.each([
  ['that is cut off', bytes(0x91, 0x92, 0x81, 0xa1)],
  ['of a text that is cut off', bytes(0x91, 0x91, 0xa2, 0x61)],
  ['that is a map', bytes(0x81, 1, 0x90)],
  ['of what no value begins with', bytes(0x91, 0x91, 0xc1)],
])('a request %s throws', (_, body) => {
  expect(() => countDatadogSpans(body)).toThrow(/byte \d/)
})
