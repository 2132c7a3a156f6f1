import { expect, test } from 'vitest'
import { createNumbers } from '../../test/brewing.ts'
import { createDetector, type Detector } from './detector.ts'
import type { Opinion, SeenRecord, Warning } from './warning.ts'

const minuteMs = 60_000
const startMs = Date.UTC(2026, 0, 5)

type Burst = { from: number; perMinute: number; fails: boolean }

/** A shop with bursts of retries, after which payments fail or do not. `each` sees every warning when it is told. */
function play(
  detector: Detector,
  bursts: readonly Burst[],
  minutes: number,
  each: (warning: Warning) => void,
): void {
  const next = createNumbers()
  for (let minute = 0; minute < minutes; minute++) {
    const add = (count: number, severityNumber: number, templateId: string): void => {
      for (let i = 0; i < count; i++) detector.observe(recordOf(minute, next(), severityNumber, templateId))
    }
    add(12 + Math.floor(next() * 6), 9, 'stored')
    add(next() < 0.1 ? 1 : 0, 13, 'retry')
    for (const { from, perMinute, fails } of bursts) {
      if (minute >= from && minute < from + 12) add(perMinute, 13, 'retry')
      if (fails && minute >= from + 12 && minute < from + 16) add(8, 17, 'failed')
    }
    for (const warning of detector.tick(startMs + minute * minuteMs)) each(warning)
  }
}

const recordOf = (minute: number, at: number, severityNumber: number, templateId: string): SeenRecord => ({
  unixMs: startMs + minute * minuteMs + Math.floor(at * minuteMs),
  ...{ service: 'shop', version: '', severityNumber, templateId, template: templateId, text: templateId },
  ...{ traceId: '', spanId: '', weight: 1, attributes: {} },
})

const settings = { warmUpMs: 2 * 3_600_000 }
const [first, second] = [200, 500]

/** Which bursts were told of, when somebody says this of what is told first. */
function told(opinion: Opinion | undefined, bursts: readonly Burst[], saves = false): number[] {
  const detector = createDetector(settings)
  const minutes: number[] = []
  const hear = (warning: Warning): void => {
    minutes.push(Math.round((warning.unixMs - startMs) / minuteMs))
    if (minutes.length > 1 || opinion === undefined) return
    detector.opine((id) => id === warning.id, opinion)
    if (saves) {
      const saved = createDetector(settings, detector.save())
      expect(saved.save()).toBe(detector.save())
    }
  }
  play(detector, bursts, 700, hear)
  return [...new Set(minutes.map((minute) => (minute < second ? first : second)))]
}

const both = (fails: boolean, more = 1): Burst[] => [
  { from: first, perMinute: 5, fails },
  { from: second, perMinute: 5 * more, fails },
]

test('what failures follow is told each time, and not once somebody called it noise, unless it rises above that', () => {
  expect(told(undefined, both(true))).toEqual([first, second])
  expect(told('noise', [both(true)[0]!, { ...both(true)[1]!, fails: false }], true)).toEqual([first])
  expect(told('noise', [both(true)[0]!, { ...both(true, 8)[1]!, fails: false }])).toEqual([first, second])
})

test('what nothing follows is told once, and each time after somebody called it useful', () => {
  expect(told(undefined, both(false))).toEqual([first])
  expect(told('useful', both(false), true)).toEqual([first, second])
})
