import type { ExpectedWindow, KeptWarning, RuleExpected } from '@clew/alert'
import { expect, test } from 'vitest'
import { departuresOf, patternWatchesOf } from './pattern-watch.ts'

const minuteMs = 60_000
const windowsOf = (...counts: (number | null)[]): (ExpectedWindow | null)[] =>
  counts.map((now) => (now === null ? null : { now, low: 2, high: 5 }))

const briefly = (counts: (number | null)[], tellings: Parameters<typeof departuresOf>[1] = []) =>
  departuresOf(windowsOf(...counts), tellings, 0).map(
    ({ side, fromUnixMs, toUnixMs, now, warningId }) =>
      `${side} ${fromUnixMs / minuteMs}–${toUnixMs / minuteMs}: ${now} ${warningId}`,
  )

test('what is from the least to the most that is expected is no departure', () => {
  expect(briefly([2, 5, 3, null, 4])).toEqual([])
})

test('minutes in a row on one side are one departure, told by what was furthest off', () => {
  expect(briefly([6, 9, 7, 5, 6, 1, 0, 1, null, 1])).toEqual([
    'above 0–3: 9 ',
    'above 4–5: 6 ',
    'below 5–8: 0 ',
    'below 9–10: 1 ',
  ])
})

const telling = (fromMinute: number, toMinute: number, side: 'above' | 'below' = 'above') => ({
  ...{ side, now: 12, warningId: `of ${toMinute}` },
  ...{ fromUnixMs: fromMinute * minuteMs, toUnixMs: toMinute * minuteMs },
})

test('a warning of the same time and side belongs to a departure, and without one stands alone', () => {
  expect(briefly([3, 6, 7, 8, 3, 3], [telling(1, 3)])).toEqual(['above 1–4: 8 of 3'])
  expect(briefly([3, 6, 7, 8, 3, 3], [telling(1, 3, 'below')])).toEqual([
    'above 1–4: 8 ',
    'below 1–3: 12 of 3',
  ])
  expect(briefly([null, null, null, null, 7], [telling(1, 3)])).toEqual(['above 1–5: 7 of 3'])
  expect(briefly([null, null, 4, null, 7], [telling(0, 2)])).toEqual(['above 0–2: 12 of 2', 'above 4–5: 7 '])
  expect(briefly([null, null, null], [telling(-60, 2)])).toEqual(['above 0–2: 12 of 2'])
  const [alone] = departuresOf([null, null], [telling(0, 2)], 0)
  expect(alone).toMatchObject({ low: null, high: null })
})

const ruleOf = (rule: string, where: string, count: number): RuleExpected => ({
  ...{ rule, where, judgedToMs: 32 * minuteMs, lateMs: minuteMs },
  templates: [
    {
      ...{ id: 7, templateId: '7', services: ['shop'], serviceCount: 1, learntMinutes: 60, learnMinutes: 60 },
      counts: Array<number>(32).fill(count),
      windows: Array<null>(32).fill(null),
    },
  ],
})

test('of several rules that which looks at all lines is told, else that which counts most', () => {
  const ruleTold = (...rules: RuleExpected[]) => patternWatchesOf(rules, []).map(({ rule }) => rule)
  const [shop, mail, all] = [
    ruleOf('shop', 'service:shop', 2),
    ruleOf('mail', 'mail', 9),
    ruleOf('all', '', 1),
  ]
  expect(ruleTold(shop, mail)).toEqual(['mail'])
  expect(ruleTold(shop, mail, all)).toEqual(['all'])
  expect(ruleTold(all, shop)).toEqual(['all'])
  expect(ruleTold()).toEqual([])
})

test('a warning of another rule, of other changes or of before is none of a pattern', () => {
  const change = {
    ...({ kind: 'more', service: 'shop', of: 'template', id: '7', name: 'try again', field: '' } as const),
    ...{ sinceUnixMs: 10 * minuteMs, now: 12, usual: 2, sigmas: 7 },
  }
  const warning: KeptWarning = {
    ...{ id: 'w', rule: 'all', unixMs: 12 * minuteMs, sinceUnixMs: 10 * minuteMs, services: ['shop'] },
    ...{ changes: [change], found: 1, sure: 0.9, lines: [], text: '', state: 'told' },
  }
  const told = (changed: Partial<KeptWarning>) =>
    patternWatchesOf([ruleOf('all', '', 1)], [{ ...warning, ...changed }])[0]!.departures.length
  expect(told({})).toBe(1)
  expect(told({ rule: 'shop' })).toBe(0)
  expect(told({ unixMs: 0 })).toBe(0)
  for (const other of [{ id: '8' }, { field: 'wait' }, { of: 'span' }] as const)
    expect(told({ changes: [{ ...change, ...other }] })).toBe(0)
})
