import { expect, test } from 'vitest'
import { createNumbers } from '../../test/brewing.ts'
import { createDetector, type Detector } from './detector.ts'
import type { Expected } from './expected.ts'
import type { SeenRecord } from './warning.ts'

const startMs = Date.UTC(2026, 0, 5)
const minuteMs = 60_000

const record = (unixMs: number, change: Partial<SeenRecord> = {}): SeenRecord => ({
  ...{ unixMs, service: 'shop', version: '', severityNumber: 13, templateId: 'retry', template: 'try again' },
  ...{ text: 'try again', traceId: '', spanId: '', weight: 1, attributes: {} },
  ...change,
})

/** How many come in a minute. */
type Rate = (minute: number) => number

/** Minutes go by, each with so many records of each kind at chance moments; how many were given in each. */
function play(
  detector: Detector,
  from: number,
  minutes: number,
  rate: Rate,
  kinds: readonly Partial<SeenRecord>[] = [{}],
): number[] {
  const next = createNumbers(from + 7)
  return Array.from({ length: minutes }, (_, at) => {
    const minute = from + at
    // So many tries with a hundredth of a chance each: chance as that of real arrivals.
    const come = (): number =>
      Array.from({ length: 100 }, next).filter((one) => one < rate(minute) / 100).length
    const counts = kinds.map((kind) => {
      const count = come()
      for (let i = 0; i < count; i++) detector.observe(record(startMs + (minute + next()) * minuteMs, kind))
      return count
    })
    // What tells how much traffic there is.
    const beat = { templateId: 'beat', template: 'alive', severityNumber: 9 }
    for (const kind of kinds)
      for (let i = 0; i < 60; i++)
        detector.observe(record(startMs + (minute + i / 60) * minuteMs, { ...kind, ...beat, weight: 1 }))
    detector.tick(startMs + (minute + 1) * minuteMs)
    return counts.reduce((sum, count) => sum + count, 0)
  })
}

function expectedOf(detector: Detector, templateId = 'retry'): Expected {
  const [one, ...others] = detector.expected([templateId])
  expect(others).toEqual([])
  expect(one).toBeDefined()
  return one!
}

const windowsOf = (one: Expected) => one.windows.filter((window) => window !== null)

test('counts are those that were given, by minute and in ten minutes', () => {
  const detector = createDetector()
  const given = play(detector, 0, 200, () => 4).slice(-32)
  const one = expectedOf(detector)
  expect(one.counts).toEqual(given)
  expect(one.windows.slice(0, 9)).toEqual(Array(9).fill(null))
  const sums = given.map((_, at) => given.slice(at - 9, at + 1).reduce((sum, count) => sum + count, 0))
  expect(windowsOf(one).map(({ now }) => now)).toEqual(sums.slice(9))
  expect(one).toMatchObject({ services: ['shop'], serviceCount: 1, learntMinutes: 60, learnMinutes: 60 })
})

test.each([0.2, 1, 5, 40])('of %d a minute few windows lie outside of what is expected', (rate) => {
  let [outside, all] = [0, 0]
  const detector = createDetector()
  play(detector, 0, 300, () => rate)
  for (let from = 300; from < 1500; from += 20) {
    play(detector, from, 20, () => rate)
    for (const { now, low, high } of windowsOf(expectedOf(detector))) {
      expect(low).toBeLessThanOrEqual(high)
      if (now < low || now > high) outside++
      all++
    }
  }
  expect(all).toBe(60 * 23)
  expect(outside / all).toBeLessThan(0.04)
})

test('what grows leaves what is expected, and what falls silent does, too', () => {
  const detector = createDetector()
  play(detector, 0, 300, () => 5)
  play(detector, 300, 12, (minute) => 5 + 2 * (minute - 300))
  const [before, after] = [windowsOf(expectedOf(detector))[0]!, windowsOf(expectedOf(detector)).at(-1)!]
  expect(before.now).toBeLessThanOrEqual(before.high)
  expect(after.now).toBeGreaterThan(after.high)
  const other = createDetector()
  play(other, 0, 300, () => 5)
  play(other, 300, 12, () => 0)
  const last = windowsOf(expectedOf(other)).at(-1)!
  expect(last.now).toBe(0)
  expect(last.low).toBeGreaterThan(10)
})

test('of several services it is the sum, and less loose than each of them', () => {
  const [both, alone] = [createDetector(), createDetector()]
  const given = play(both, 0, 300, () => 20, [{ service: 'one' }, { service: 'two' }]).slice(-32)
  play(alone, 0, 300, () => 20)
  const [sum, one] = [expectedOf(both), expectedOf(alone)]
  expect(sum).toMatchObject({ services: ['one', 'two'], serviceCount: 2, counts: given })
  const [wide, narrow] = [windowsOf(sum).at(-1)!, windowsOf(one).at(-1)!]
  expect((wide.high - wide.low) / (wide.high + wide.low)).toBeLessThan(
    (narrow.high - narrow.low) / (narrow.high + narrow.low),
  )
})

test('records that stand for many are counted as many, and vary as few do', () => {
  const [all, sampled] = [createDetector(), createDetector()]
  play(all, 0, 300, () => 20)
  play(sampled, 0, 300, () => 2, [{ weight: 10 }])
  const [close, loose] = [windowsOf(expectedOf(all)).at(-1)!, windowsOf(expectedOf(sampled)).at(-1)!]
  expect(loose.now % 10).toBe(0)
  expect(loose.high).toBeGreaterThan(1.15 * close.high)
  expect(loose.low).toBeLessThan(0.85 * close.low)
})

test('before it is learnt what is usual nothing is expected, and how far it is is said', () => {
  const detector = createDetector()
  play(detector, 0, 20, () => 4)
  expect(expectedOf(detector)).toMatchObject({ learntMinutes: 20, learnMinutes: 60 })
  expect(windowsOf(expectedOf(detector))).toEqual([])
  expect(expectedOf(detector).counts.slice(0, 12)).toEqual(Array(12).fill(null))
  play(detector, 20, 40, () => 4)
  expect(expectedOf(detector)).toMatchObject({ learntMinutes: 60 })
  expect(windowsOf(expectedOf(detector)).length).toBe(23)
})

test('while nobody watched nothing is said of how many came, also after a restart', () => {
  const detector = createDetector()
  play(detector, 0, 200, () => 4)
  detector.skip(startMs + 230 * minuteMs)
  const later = createDetector({}, detector.save())
  const given = play(later, 230, 14, () => 4)
  const one = expectedOf(later)
  expect(one.counts).toEqual([...Array(18).fill(null), ...given])
  expect(windowsOf(one).length).toBe(5)
})

test('what it does not follow it says nothing of, and a template is known by what it became', () => {
  const detector = createDetector()
  play(detector, 0, 100, () => 4)
  expect(detector.expected(['nobody', '__proto__'])).toEqual([])
  expect(createDetector().expected(['retry'])).toEqual([])
  const before = expectedOf(detector)
  detector.rename('retry', 'general')
  expect(detector.expected(['retry'])).toEqual([])
  expect(expectedOf(detector, 'general')).toEqual({ ...before, templateId: 'general' })
})
