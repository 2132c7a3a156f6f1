import { createDetector, type Detector } from '../src/detect/detector.ts'
import type { SeenRecord, SeenSpan, Warning } from '../src/detect/warning.ts'

export const startMs = Date.UTC(2026, 0, 5)
export const hour = 60
/** Twelve hours of which eight are learnt from; what is to be seen begins then. */
export const quietMinutes = 12 * hour
export const settings = { warmUpMs: 8 * hour * 60_000 }

/** Numbers from 0 to 1, the same in each run. */
export function createNumbers(): () => number {
  let state = 42
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}

export function record(minute: number, at: number, change: Partial<SeenRecord>): SeenRecord {
  return {
    unixMs: startMs + minute * 60_000 + Math.floor(at * 60_000),
    ...{ service: 'shop', version: '', severityNumber: 9, templateId: 'a', template: 'order <*> stored' },
    ...{
      text: 'order 7 stored',
      traceId: `${minute}`.padStart(32, '0'),
      spanId: '',
      weight: 1,
      attributes: {},
    },
    ...change,
  }
}

export function span(minute: number, at: number, change: Partial<SeenSpan>): SeenSpan {
  return {
    unixMs: startMs + minute * 60_000 + Math.floor(at * 60_000),
    ...{ service: 'shop', name: 'process mail', durationMs: 50, isError: false, weight: 1 },
    ...{ traceId: `f${minute}`.padStart(32, '0'), spanId: '', queue: 'mail', waitMs: 20, attempt: 1 },
    ...change,
  }
}

/** What a minute has beside the usual; `into`: minutes since it began, negative before. */
export type Fault = {
  shares?: (into: number) => [a: number, b: number]
  heap?: (into: number) => number
  wait?: (into: number) => number
  beats?: (into: number) => number
  records?: (minute: number, into: number) => SeenRecord[]
  traffic?: (into: number) => number
  version?: (into: number) => string
}

/** Each second of four lines by chance, one of `a` and `b`, a gauge, a heartbeat and jobs. */
export function* minutesOf(fault: Fault, minutes: number) {
  const next = createNumbers()
  for (let minute = 0; minute < minutes; minute++) {
    const into = minute - quietMinutes
    const [a, b] = fault.shares?.(into) ?? [0.8, 0.2]
    const version = fault.version?.(into) ?? '1'
    const records: SeenRecord[] = fault.records?.(minute, into) ?? []
    const spans: SeenSpan[] = []
    const rate = Math.round(30 * (fault.traffic?.(into) ?? 1) * (0.8 + 0.4 * next()))
    for (let i = 0; i < rate; i++) {
      const isA = next() * (a + b) < a
      records.push(record(minute, next(), isA ? {} : { templateId: 'b', template: 'cache miss <*>' }))
      if (i % 3 === 0)
        spans.push(span(minute, next(), { waitMs: (fault.wait?.(into) ?? 20) * (0.5 + next()) }))
    }
    for (let i = 0; i < 2; i++) {
      const heap = (fault.heap?.(into) ?? 300) * (0.97 + 0.06 * next())
      records.push(
        record(minute, next(), { templateId: 'heap', template: 'heap', attributes: { heap_mb: heap } }),
      )
    }
    for (let i = 0; i < (fault.beats?.(into) ?? 2); i++)
      records.push(record(minute, (i + 0.5) / 2, { templateId: 'beat', template: 'alive' }))
    if (next() < 0.1)
      records.push(record(minute, next(), { templateId: 'slow', template: 'slow query', severityNumber: 13 }))
    for (const [at, one] of records.entries()) records[at] = { ...one, version }
    yield { minute, records, spans }
  }
}

export function runOver(
  fault: Fault,
  minutes: number,
  between: (detector: Detector, minute: number) => Detector = (one) => one,
): Warning[] {
  let detector = createDetector(settings)
  const warnings: Warning[] = []
  for (const { minute, records, spans } of minutesOf(fault, minutes)) {
    warnings.push(...detector.tick(startMs + minute * 60_000))
    for (const one of records) detector.observe(one)
    detector = between(detector, minute)
    for (const one of spans) detector.observeSpan(one)
  }
  warnings.push(...detector.tick(startMs + minutes * 60_000))
  return warnings
}

export const ramp = (into: number, least: number, most: number): number =>
  into < 0 ? least : least + (most - least) * Math.min(1, into / 20)

export const many = (minute: number, count: number, change: Partial<SeenRecord>): SeenRecord[] =>
  Array.from({ length: Math.round(count) }, (_, at) => record(minute, (at + 0.3) / (count + 1), change))

export const faults: { name: string; fault: Fault; kind: string; said: RegExp }[] = [
  {
    name: 'a warning that was never seen before, and comes more and more often',
    fault: {
      records: (minute, into) =>
        many(minute, into < 0 ? 0 : 1 + into / 5, {
          templateId: 'n',
          template: 'certificate expires <*>',
          severityNumber: 13,
        }),
    },
    kind: 'new',
    said: /“certificate expires <\*>” was never seen before and came \d+ times/,
  },
  {
    name: 'a known warning that comes more often',
    fault: {
      records: (minute, into) =>
        many(minute, ramp(into, 0, 6), { templateId: 'slow', template: 'slow query', severityNumber: 13 }),
    },
    kind: 'more',
    said: /“slow query”: \d+ in ten minutes/,
  },
  {
    name: 'jobs that wait longer',
    fault: { wait: (into) => ramp(into, 20, 100) },
    kind: 'higher',
    said: /wait of queue mail is [\d.]+ ms, higher than the usual \d+/,
  },
  {
    name: 'a number that drifts slowly',
    fault: { heap: (into) => ramp(into, 300, 450) },
    kind: 'higher',
    said: /heap_mb of “heap” is \d+, higher than the usual \d+/,
  },
  {
    name: 'a heartbeat that stops',
    fault: { beats: (into) => (into < 0 ? 2 : 0) },
    kind: 'silent',
    said: /nothing of “alive” comes any more/,
  },
  {
    name: 'lines of one kind in place of another',
    fault: { shares: (into) => [ramp(into, 0.8, 0.3), ramp(into, 0.2, 0.7)] },
    kind: 'more',
    said: /“cache miss <\*>”|the mix of lines/,
  },
]
