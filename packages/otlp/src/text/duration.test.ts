import { expect, test } from 'vitest'
import { formatDuration, formatOffset } from './duration.ts'

test('durations have the unit that fits and three digits at most; only nothing is 0', () => {
  const texts = [
    0,
    1,
    999,
    1000,
    1234,
    999_600,
    1_000_000,
    5_600_000,
    41_000_000,
    123_456_789,
    1.2e9,
    59.94e9,
    59.96e9,
    125e9,
    3600e9,
    5400e9,
    90_000e9,
    0.4,
    -1500,
    Number.NaN,
  ].map(formatDuration)
  expect(texts).toEqual([
    ...['0 ms', '1 ns', '999 ns', '1 µs', '1.23 µs', '1 ms', '1 ms', '5.6 ms', '41 ms', '123 ms'],
    ...['1.2 s', '59.9 s', '1 m', '2 m 5 s', '1 h', '1 h 30 m', '1 d 1 h', '0.4 ns', '−1.5 µs', '0 ms'],
  ])
})

test('offsets of one chain share one unit', () => {
  expect([
    formatOffset(12_345, 900_000),
    formatOffset(0, 5e6),
    formatOffset(265.24e6, 300e6),
    formatOffset(3e9, 1e12),
  ]).toEqual(['12.3 µs', '0.0 ms', '265.2 ms', '3.0 s'])
})
