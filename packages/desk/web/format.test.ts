import { expect, test } from 'vitest'
import { formatAge, formatBytes, formatCount, isoNano, shareText } from './format.ts'

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

test('a share is never rounded to none or to all', () => {
  expect([
    shareText(0, 10),
    shareText(1, 1000),
    shareText(1, 8),
    shareText(999, 1000),
    shareText(3, 3),
    shareText(0, 0),
  ]).toEqual(['0 %', '< 1 %', '13 %', '99 %', '100 %', '0 %'])
})
