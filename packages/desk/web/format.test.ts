import { expect, test } from 'vitest'
import { formatAge, formatBytes, formatCount, isoNano } from './format.ts'

test('an instant keeps its nine digits', () => {
  expect([
    isoNano('1764115200123456789'),
    isoNano('5'),
    isoNano('0'),
    isoNano('99999999999999999999999999'),
  ]).toEqual([
    '2025-11-26T00:00:00.123456789Z',
    '1970-01-01T00:00:00.000000005Z',
    '1970-01-01T00:00:00.000000000Z',
    '99999999999999999999999999',
  ])
})

test('counts, bytes and ages are short', () => {
  expect([
    formatCount(12345),
    formatBytes(304),
    formatBytes(1_240_000),
    formatBytes(2e9),
    formatAge(0, 180_000),
    formatAge(0, 90_000_000),
  ]).toEqual(['12,345', '304 B', '1.2 MB', '2 GB', '3 min. ago', 'yesterday'])
})
