import { expect, test } from 'vitest'
import { severityBand } from './severity-band.ts'

test('the numbers of OTLP fall into six bands, and what is unspecified or beyond is info', () => {
  expect([0, 1, 4, 5, 9, 13, 17, 20, 21, 24, 25].map(severityBand)).toEqual([
    'info',
    'trace',
    'trace',
    'debug',
    'info',
    'warn',
    'error',
    'error',
    'fatal',
    'fatal',
    'info',
  ])
})
