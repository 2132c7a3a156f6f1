import { expect, test } from 'vitest'
import { bodyText, isoTime, plainJson } from './plain-json.ts'

test('a time has as many digits as it needs', () => {
  expect(
    [0n, 1_764_409_200_123_000_000n, 1_764_409_200_123_456_000n, 1_764_409_200_123_456_789n].map(isoTime),
  ).toEqual([
    '1970-01-01T00:00:00.000Z',
    '2025-11-29T09:40:00.123Z',
    '2025-11-29T09:40:00.123456Z',
    '2025-11-29T09:40:00.123456789Z',
  ])
})

test('what JSON has no form for is a text, and a body is one', () => {
  const odd = {
    big: 2n ** 60n,
    none: Number.NaN,
    bytes: new Uint8Array([1]),
    list: [Number.POSITIVE_INFINITY],
  }
  expect(JSON.parse(plainJson(odd))).toEqual({
    ...{ big: String(2n ** 60n), none: 'NaN', bytes: 'AQ==', list: ['Infinity'] },
  })
  expect([null, 'text', 7, 2n ** 60n, { a: 1 }].map(bodyText)).toEqual([
    '',
    'text',
    '7',
    String(2n ** 60n),
    '{"a":1}',
  ])
})
