import fc from 'fast-check'
import { expect, test } from 'vitest'
import { severityOf } from './severity.ts'

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
