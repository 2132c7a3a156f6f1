import { expect, test } from 'vitest'
import type { PatternDeparture, PatternMinute, PatternSeries } from '../../../api/index.ts'
import { bandPaths, lastWindow, sumsOf } from './band-paths.ts'

const minuteMs = 60_000

const seriesOf = (minutes: PatternMinute[], departures: PatternDeparture[] = []): PatternSeries => ({
  ...{ id: 1, state: 'expected', rule: 'desk-early', where: '', services: ['shop'], serviceCount: 1 },
  ...{ learntMinutes: 60, learnMinutes: 60, fromUnixMs: 0, judgedToUnixMs: 0, lateMs: minuteMs },
  ...{ minutes, departures },
})

const minute = (now: number | null, low = 0, high = 10): PatternMinute => ({
  ...{ lines: 1, counted: 1 },
  window: now === null ? null : { now, low, high },
})

const departure = (at: number): PatternDeparture => ({
  ...{ side: 'above', fromUnixMs: at * minuteMs, toUnixMs: (at + 1) * minuteMs, now: 20 },
  ...{ low: 0, high: 10, warningId: '' },
})

test('the line lies in the area where it is as expected, and above it where it is marked', () => {
  const paths = bandPaths(seriesOf([minute(null), minute(5), minute(10), minute(20)], [departure(3)]))!
  expect(paths).toEqual({
    ...{ most: 20, fromUnixMs: minuteMs, toUnixMs: 4 * minuteMs },
    area: 'M2 12L50 12L98 12L98 22L50 22L2 22z',
    line: 'M2 17h0L50 12L98 2',
    outside: 'M98 2h0',
    marks: 'M98 2h0',
  })
})

test('what is not known is neither drawn nor joined, and one minute alone still is', () => {
  const paths = bandPaths(seriesOf([minute(5), minute(null), minute(5)]))!
  expect(paths.area).toBe('M2 2L2 22zM98 2L98 22z')
  expect(paths.line).toBe('M2 12h0M98 12h0')
  expect(bandPaths(seriesOf([minute(0, 0, 0)]))!.line).toBe('M2 22h0')
  expect(bandPaths(seriesOf([minute(null), minute(null)]))).toBeUndefined()
})

test('a departure that began before what is shown is marked at its beginning', () => {
  const shown = [...Array.from({ length: 3 }, () => minute(null)), minute(20), minute(30)]
  expect(bandPaths(seriesOf(shown, [departure(1)]))!.marks).toBe('M2 8.7h0')
})

test('what is listed and what was counted are told of the minutes in which somebody watched', () => {
  const unwatched = { ...minute(null), lines: 7, counted: null }
  expect(sumsOf(seriesOf([unwatched, { ...minute(1), lines: 3, counted: 2 }, minute(1)]))).toEqual({
    ...{ lines: 4, counted: 3 },
  })
  expect(sumsOf(seriesOf([unwatched]))).toBeUndefined()
  expect(lastWindow(seriesOf([minute(4), minute(null)]))).toEqual({
    now: 4,
    low: 0,
    high: 10,
    atUnixMs: minuteMs,
  })
  expect(lastWindow(seriesOf([unwatched]))).toBeUndefined()
})
