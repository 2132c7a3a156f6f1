import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffMs, parseRetryAfter } from './backoff.ts'

test('delays grow by half each time, up to thirty seconds', () => {
  const delays = [1, 2, 3, 4, 10, 1000].map((failures) => backoffMs(failures, undefined, () => 0.5))
  expect(delays).toEqual([1000, 1500, 2250, 3375, 30_000, 30_000])
})

test('jitter moves a delay by at most a fifth', () => {
  expect([backoffMs(1, undefined, () => 0), backoffMs(1, undefined, () => 1)]).toEqual([800, 1200])
})

test('Retry-After is a lower bound of at most five minutes', () => {
  const delays = [500, 2000, 86_400_000].map((afterMs) => backoffMs(1, afterMs, () => 0.5))
  expect(delays).toEqual([1000, 2000, 300_000])
})

test('every delay is a finite number between 0.8 s and five minutes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1 }), fc.option(fc.nat(), { nil: undefined }), (failures, afterMs) => {
      const delay = backoffMs(failures, afterMs, Math.random)
      expect(delay).toBeGreaterThanOrEqual(800)
      expect(delay).toBeLessThanOrEqual(300_000)
    }),
  )
})

test('Retry-After is read as seconds or as a date, and anything else as nothing', () => {
  const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT')
  const read = [
    '1',
    ' 120 ',
    'Wed, 21 Oct 2026 07:28:05 GMT',
    'Wed, 21 Oct 2020 07:28:00 GMT',
    '',
    '-1',
    '1.5',
    'soon',
  ]
  expect(read.map((header) => parseRetryAfter(header, now))).toEqual([
    1000,
    120_000,
    5000,
    0,
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})
