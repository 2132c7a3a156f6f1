import { expect, test } from 'vitest'
import { sampleAlert } from '../../test/sample.ts'
import { type Firing, judge, type Matcher, openPolicy, silenceOf } from './policy.ts'
import { isWithin, type WeekTime } from './week-time.ts'

const alert = sampleAlert({ group: { service: 'checkout', region: 'eu' } })

function matches(match: Matcher, of: Omit<Firing, 'id'>): boolean {
  return silenceOf([{ id: 's', match, fromUnixMs: 0, untilUnixMs: 1 }], of, 0) !== undefined
}

test.each<[Matcher, boolean]>([
  [{}, true],
  [{ rule: 'payment-failed-500' }, true],
  [{ rule: 'payment-*' }, true],
  [{ rule: '*-500' }, true],
  [{ rule: 'pay*fail*500' }, true],
  [{ rule: 'pay*500*500' }, false],
  [{ rule: 'payment' }, false],
  [{ rule: 'PAYMENT-*' }, false],
  [{ severity: ['error', 'critical'] }, true],
  [{ severity: ['info'] }, false],
  [{ group: { service: 'check*' } }, true],
  [{ group: { service: 'checkout', region: 'us' } }, false],
  [{ group: { queue: '*' } }, false],
  [{ group: { toString: '*' } }, false],
  [{ rule: 'payment-*', severity: ['critical'], group: { region: 'eu' } }, true],
])('%j means the alert: %s', (matcher, expected) => {
  expect(matches(matcher, alert)).toBe(expected)
})

test('a pattern with many stars takes no time', () => {
  const rule = 'a'.repeat(50_000)
  expect(matches({ rule: `${'*a'.repeat(200)}*b` }, { ...alert, rule })).toBe(false)
})

test('a silence holds from its begin up to its end', () => {
  const policy = { ...openPolicy, silences: [{ id: 's', match: {}, fromUnixMs: 100, untilUnixMs: 200 }] }
  const reasons = [99, 100, 199, 200].map((nowMs) => judge(policy, alert, nowMs, []).reason)
  expect(reasons).toEqual(['fired', 'silenced', 'silenced', 'fired'])
})

test('an alert inhibits those with the same fields, and never itself', () => {
  const inhibitions = [{ source: { severity: ['critical' as const] }, target: {}, equal: ['service'] }]
  const policy = { ...openPolicy, inhibitions }
  const other = (changes: Partial<Firing>): Firing => ({
    ...alert,
    id: 'other',
    rule: 'bank-down',
    ...changes,
  })
  const verdict = (firing: Firing): string => judge(policy, alert, 0, [firing]).reason
  expect([
    verdict(other({})),
    verdict(other({ group: { service: 'stock' } })),
    verdict(other({ group: {} })),
    verdict(other({ severity: 'error' })),
    verdict(alert),
    verdict(other({ rule: alert.rule })),
  ]).toEqual(['inhibited', 'fired', 'fired', 'fired', 'fired', 'fired'])
})

test('what is muted is off schedule, by the name of the mute', () => {
  const always: WeekTime = { weekdays: [], fromMinute: 0, untilMinute: 1440, timeZone: 'UTC' }
  const policy = { ...openPolicy, mutes: [{ name: 'nights', match: {}, times: [always] }] }
  expect(judge(policy, alert, 0, [])).toEqual({ reason: 'off schedule', by: 'nights' })
})

const night: WeekTime = { weekdays: [5], fromMinute: 22 * 60, untilMinute: 6 * 60, timeZone: 'Europe/Berlin' }

test.each<[string, WeekTime, boolean]>([
  ['2026-11-27T20:59:59Z', night, false],
  ['2026-11-27T21:00:00Z', night, true],
  ['2026-11-28T04:59:59Z', night, true],
  ['2026-11-28T05:00:00Z', night, false],
  // Friday's early hours belong to Thursday night.
  ['2026-11-27T02:00:00Z', night, false],
  [
    '2026-11-29T15:59:00Z',
    { ...night, weekdays: [0], fromMinute: 0, untilMinute: 1440, timeZone: 'Asia/Shanghai' },
    true,
  ],
  [
    '2026-11-29T16:00:00Z',
    { ...night, weekdays: [0], fromMinute: 0, untilMinute: 1440, timeZone: 'Asia/Shanghai' },
    false,
  ],
])('at %s %j is %s', (time, weekTime, expected) => {
  expect(isWithin(weekTime, Date.parse(time))).toBe(expected)
})

test('an hour that clocks leave out is not there, and one that comes twice is twice', () => {
  const early: WeekTime = { weekdays: [], fromMinute: 120, untilMinute: 180, timeZone: 'Europe/Berlin' }
  const minutes = (day: string): number => {
    const startMs = Date.parse(`${day}T00:00:00+01:00`)
    return Array.from({ length: 26 * 60 }, (_, at) => startMs - 3_600_000 + at * 60_000).filter((ms) =>
      isWithin(early, ms),
    ).length
  }
  expect([minutes('2026-03-28'), minutes('2026-03-29'), minutes('2026-10-25')]).toEqual([60, 0, 120])
})
