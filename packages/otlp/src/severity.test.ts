import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  bandIndexOf,
  bandOf,
  knownSeverity,
  lowestSeverity,
  parseSeverity,
  severityBands,
  severityName,
  severityOf,
} from './severity.ts'

const winston = { error: 0, warn: 1, info: 2, http: 3, verbose: 4, debug: 5, silly: 6 }
const custom = { disaster: 0, error: 1, audit: 2, warn: 3, info: 4, chatty: 5 }

test.each([
  ['the npm levels', Object.keys(winston), winston, [17, 13, 9, 7, 6, 5, 1]],
  ['the syslog levels', ['emerg', 'alert', 'crit', 'notice'], undefined, [21, 19, 18, 10]],
  ['the pino levels', ['fatal', 'error', 'warn', 'info', 'debug', 'trace'], undefined, [21, 17, 13, 9, 5, 1]],
  ['any letter case', ['ERROR', 'Warn'], undefined, [17, 13]],
  ['custom names, by their neighbours', Object.keys(custom), custom, [21, 17, 16, 13, 9, 8]],
  ['a name between neighbours', ['audit'], { warn: 0, audit: 1, info: 2 }, [12]],
  ['a name that nobody ranks', ['what', 'constructor', '__proto__'], undefined, [9, 9, 9]],
  ['names of Object.prototype that are ranked', ['constructor'], { constructor: 0, error: 1 }, [21]],
  ['names of Object.prototype that are not', ['constructor', '__proto__'], winston, [9, 9]],
])('%s', (_, names, levels, expected) => {
  expect(names.map((name) => severityOf(name, levels))).toEqual(expected)
})

test('every name has a severity from 1 to 24, and a more severe rank never a lower one', () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(names, (unknown) => {
      const levels: Record<string, number> = Object.fromEntries([
        ...unknown.map((name, i) => [`x-${name}`, i * 2]),
        ['info', 5],
      ])
      const ranked = Object.entries(levels).sort(([, a], [, b]) => a - b)
      const severities = ranked.map(([name]) => severityOf(name, levels))
      expect(
        severities.every((severity) => Number.isInteger(severity) && severity >= 1 && severity <= 24),
      ).toBe(true)
      expect(severities).toEqual([...severities].sort((a, b) => b - a))
    }),
  )
})

test('the bands stand in the order of their numbers, four numbers each', () => {
  const numbers = Array.from({ length: 24 }, (_, i) => i + 1)
  expect(numbers.map((number) => bandOf(number))).toEqual(
    severityBands.flatMap((band) => [band, band, band, band]),
  )
  expect(severityBands.map((band) => bandIndexOf(lowestSeverity[band]))).toEqual([0, 1, 2, 3, 4, 5])
})

test('a number that is no severity counts as info and has no name', () => {
  const none = [0, -1, 25, 2 ** 31, Number.NaN]
  expect(none.map(bandOf)).toEqual(none.map(() => 'info'))
  expect(none.map(severityName)).toEqual(none.map(() => ''))
  expect([1, 8, 24].map(severityName)).toEqual(['TRACE', 'DEBUG', 'FATAL'])
})

test.each([
  [0, 'ERROR', 17],
  [0, 'warning', 13],
  [0, '40', 13],
  [-7, 'Critical', 18],
  [25, 'debug', 5],
  [0, '', 0],
  [0, 'loud', 0],
  [9, 'ERROR', 9],
])('a record of severity %i with the text "%s" is of severity %i', (number, text, expected) => {
  expect(knownSeverity(number, text)).toBe(expected)
})

test('the level of a line of another logger is a known name or a number of pino and bunyan', () => {
  expect(['Warning', 'crit', 'panic', 30, 59, 60].map(parseSeverity)).toEqual([
    { number: 13, text: 'Warning' },
    { number: 18, text: 'crit' },
    { number: 21, text: 'panic' },
    { number: 9, text: 'info' },
    { number: 17, text: 'error' },
    { number: 21, text: 'fatal' },
  ])
  const none = ['loud', 'constructor', '', 9, 70, Number.NaN, null, undefined, {}]
  expect(none.map(parseSeverity)).toEqual(none.map(() => undefined))
})
