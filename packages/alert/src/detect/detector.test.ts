import { expect, test } from 'vitest'
import {
  createNumbers,
  type Fault,
  faults,
  hour,
  many,
  minutesOf,
  quietMinutes,
  ramp,
  record,
  runOver,
  settings,
  span,
  startMs,
} from '../../test/faults.ts'
import { createDetector } from './detector.ts'
import type { Opinion, SeenRecord, Warning } from './warning.ts'

test.each(faults)('$name is told, with its lines and traces', ({ fault, kind, said }) => {
  const warnings = runOver(fault, quietMinutes + 40)
  expect(suresOf(warnings).length).toBeLessThanOrEqual(2)
  const [{ unixMs, services, changes, lines, text, sure }] = warnings as [Warning]
  expect(services).toEqual(['shop'])
  expect(changes.map((change) => change.kind)).toContain(kind)
  expect(text).toMatch(said)
  const minutes = (unixMs - startMs) / 60_000 - quietMinutes
  expect(minutes).toBeGreaterThan(0)
  expect(minutes).toBeLessThanOrEqual(20)
  expect(lines.length).toBeGreaterThan(0)
  expect(lines.every(({ traceId }) => /^[0-9a-f]{32}$/.test(traceId))).toBe(true)
  expect(sure).toBeGreaterThanOrEqual(0.5)
})

test.each<{ name: string; fault: Fault }>([
  { name: 'nothing', fault: {} },
  {
    name: 'twice the traffic',
    fault: { traffic: (into) => (into < 0 || into > 20 ? 1 : 1 + Math.min(1, into / 5)) },
  },
  {
    name: 'a warning that comes once',
    fault: {
      records: (minute, into) =>
        many(minute, into === 0 ? 3 : 0, { templateId: 'n', template: 'odd', severityNumber: 13 }),
    },
  },
  {
    name: 'a release that writes other lines in place of old ones',
    fault: {
      version: (into) => (into < 0 ? '1' : '2'),
      shares: (into) => (into < 0 ? [0.8, 0.2] : [0.8, 0]),
      records: (minute, into) =>
        many(minute, into < 0 ? 0 : 8, { templateId: 'b2', template: 'no such entry <*>' }),
    },
  },
  {
    name: 'a release that nobody named and that is taken back three hours later',
    fault: {
      shares: (into) => (into < 0 || into > 180 ? [0.8, 0.2] : [0.8, 0]),
      records: (minute, into) =>
        ['b2', 'b3'].flatMap((templateId) =>
          many(minute, into >= 0 && into <= 180 ? 3 : 0, { templateId, template: `miss of ${templateId}` }),
        ),
    },
  },
])('$name is no warning', ({ fault }) => {
  expect(runOver(fault, quietMinutes + 240)).toEqual([])
})

/** Each once, as it was told first. */
const firstsOf = (warnings: readonly Warning[]): Warning[] => [
  ...new Map(warnings.toReversed().map((warning) => [warning.id, warning])).values(),
]

/** Jobs wait longer, and after twenty minutes the heartbeat stops. */
const grows: Fault = {
  wait: (into) => (into < 0 ? 20 : 28),
  beats: (into) => (into < 25 ? 2 : 0),
}

/** How sure they are; all are of one cause. */
function suresOf(warnings: readonly Warning[]): number[] {
  expect(new Set(warnings.map(({ id }) => id)).size).toBe(1)
  return warnings.map(({ sure }) => sure)
}

test('what is told as perhaps chance is told once more, with its id and what it is by then, when it is surer', () => {
  const warnings = runOver(grows, quietMinutes + 60)
  const [faint, sure] = suresOf(warnings)
  expect(warnings).toHaveLength(2)
  expect(faint).toBeLessThan(0.7)
  expect(sure).toBeGreaterThanOrEqual(0.7)
  const [first, again] = warnings as [Warning, Warning]
  expect(first.changes.map(({ kind }) => kind)).toEqual(['higher'])
  expect(again.changes.map(({ kind }) => kind)).toContain('silent')
  expect(again.unixMs - first.unixMs).toBeGreaterThan(15 * 60_000)
  expect(again.text).toMatch(/nothing of “alive” comes any more/)
})

test('what is plain at once is told once, whatever else shows later', () => {
  const plain = faults[0]!.fault
  expect(suresOf(runOver({ ...plain, beats: grows.beats! }, quietMinutes + 60))).toHaveLength(1)
})

test('of what has failed nobody hears that it is surer', () => {
  const records: Fault['records'] = (minute, into) =>
    many(minute, into < 20 ? 0 : 12, { templateId: 'f', template: 'payment failed', severityNumber: 17 })
  expect(suresOf(runOver({ ...grows, records }, quietMinutes + 60))).toHaveLength(1)
})

test('of what somebody called noise nobody hears that it is surer, and what was called useful still comes', () => {
  const heard = (opinion: Opinion): number[] =>
    suresOf(
      runOver(grows, quietMinutes + 60, (detector, minute) => {
        if (minute === quietMinutes + 15) detector.opine(() => true, opinion)
        return detector
      }),
    )
  expect(heard('noise')).toHaveLength(1)
  expect(heard('useful')).toHaveLength(2)
})

test('in a service of a few lines a minute, a kind in place of another is told of though neither is rare', () => {
  const next = createNumbers()
  const detector = createDetector(settings)
  const warnings: Warning[] = []
  for (let minute = 0; minute < 2 * quietMinutes + 40; minute++) {
    warnings.push(...detector.tick(startMs + minute * 60_000))
    const misses = ramp(minute - 2 * quietMinutes, 0.2, 0.5)
    for (const kind of ['in', 'out', 'cache'])
      for (let i = 0; i < 10; i++) {
        if (next() > 0.4) continue
        const id = kind === 'cache' ? (next() < misses ? 'miss' : 'hit') : kind
        detector.observe(record(minute, next(), { templateId: id, template: `cache ${id}` }))
      }
  }
  expect(warnings).toHaveLength(1)
  expect(warnings[0]!.text).toMatch(/“cache miss”/)
  expect((warnings[0]!.unixMs - startMs) / 60_000 - 2 * quietMinutes).toBeLessThanOrEqual(30)
})

test('a gauge of every five minutes is watched value by value', () => {
  const next = createNumbers()
  const detector = createDetector(settings)
  const warnings: Warning[] = []
  for (let minute = 0; minute < 2 * quietMinutes + 120; minute++) {
    warnings.push(...detector.tick(startMs + minute * 60_000))
    detector.observe(record(minute, 0.2, { templateId: 'beat', template: 'alive' }))
    if (minute % 5 > 0) continue
    const full = (minute > 2 * quietMinutes + 30 ? 90 : 40) * (0.95 + 0.1 * next())
    detector.observe(
      record(minute, 0.5, { templateId: 'disk', template: 'disk', attributes: { disk_percent: full } }),
    )
  }
  expect(warnings.map(({ changes }) => changes.map(({ kind, field }) => [kind, field]))).toEqual([
    [['higher', 'disk_percent']],
  ])
  expect((warnings[0]!.unixMs - startMs) / 60_000 - 2 * quietMinutes).toBeLessThanOrEqual(60)
})

const slowPool = { templateId: 'pool', template: 'waiting for a connection', severityNumber: 13 }

/** What a quiet service of requests writes; `shared`: by the minute, the ids of the traces that it has in common with others. */
function* linesOfService(
  service: string,
  minute: number,
  bad: number,
  traceOf: (at: number) => string,
): Generator<SeenRecord> {
  for (let i = 0; i < 20; i++)
    yield record(minute, (i + 0.5) / 20, {
      service,
      templateId: 'in',
      template: 'served',
      traceId: traceOf(i),
    })
  for (let i = 0; i < bad; i++)
    yield record(minute, (i + 0.5) / bad, { service, ...slowPool, traceId: traceOf((i * 7) % 20) })
}

/** Two services in which the same builds up, the second a little later and less. */
function runTwo(traceOf: (service: string, minute: number, at: number) => string): Warning[] {
  let detector = createDetector(settings)
  const warnings: Warning[] = []
  for (let minute = 0; minute < quietMinutes + 40; minute++) {
    warnings.push(...detector.tick(startMs + minute * 60_000))
    const into = minute - quietMinutes
    for (const [service, later] of [
      ['api', 3],
      ['shop', 0],
    ] as const) {
      const bad = Math.floor(ramp(into - later, 0, 9 - later))
      const lines = linesOfService(service, minute, bad || (minute % 20 === 0 ? 1 : 0), (at) =>
        traceOf(service, minute, at),
      )
      for (const one of lines) detector.observe(one)
    }
    if (minute === quietMinutes + 5) detector = createDetector(settings, detector.save())
  }
  return warnings
}

test('a fault that two services of the same traces show is one warning', () => {
  const warnings = runTwo((_, minute, at) => `${minute}-${at}`.padStart(32, '0'))
  expect(firstsOf(warnings).map(({ services }) => services)).toEqual([['shop']])
})

test('faults of two services that have no trace in common are two warnings, though they begin at the same time', () => {
  const warnings = runTwo((service, minute, at) => `${service}${minute}-${at}`.padStart(32, '0'))
  expect(
    firstsOf(warnings)
      .map(({ services }) => services)
      .toSorted(),
  ).toEqual([['api'], ['shop']])
})

test('jobs that fail to come are one change: their queue, and not their spans as well', () => {
  const detector = createDetector(settings)
  const warnings: Warning[] = []
  for (let minute = 0; minute < quietMinutes + 40; minute++) {
    warnings.push(...detector.tick(startMs + minute * 60_000))
    detector.observe(record(minute, 0.5, { templateId: 'beat', template: 'alive' }))
    for (let i = 0; i < (minute < quietMinutes ? 12 : 0); i++)
      detector.observeSpan(span(minute, (i + 0.5) / 12, { waitMs: 20 + i }))
  }
  expect(warnings).toHaveLength(1)
  expect(warnings[0]!.found).toBe(1)
  expect(warnings[0]!.changes.map(({ kind, of, name }) => [kind, of, name])).toEqual([
    ['silent', 'queue', 'mail'],
  ])
})

test('what followed when it began like this before is said', () => {
  const period = 6 * hour
  const at = (into: number): number => (into < 0 ? -1 : into % period)
  const warnings = runOver(
    {
      records: (minute, into) => {
        const since = at(into)
        if (since < 0 || since > 35) return []
        const slow = { templateId: 'slow', template: 'slow query', severityNumber: 13 }
        const failed = { templateId: 'x', template: 'connection refused', severityNumber: 17 }
        return [...many(minute, ramp(since, 0, 6), slow), ...many(minute, since > 25 ? 8 : 0, failed)]
      },
    },
    quietMinutes + period + 40,
  )
  const again = firstsOf(warnings).filter(({ precedent }) => precedent !== undefined)
  expect(again).toHaveLength(1)
  expect(again[0]!.precedent).toMatchObject({ times: 1, failures: 1, failure: 'connection refused' })
  expect(again[0]!.text).toMatch(/“connection refused” followed once, about \d+ minutes later/)
})

test('a million kinds of lines take no more room than there is, and those left out are counted', () => {
  const detector = createDetector({ maxSeries: 500 })
  const one = { ...record(0, 0, {}), attributes: {} as { [key: string]: number } }
  for (let i = 0; i < 1_000_000; i++) {
    one.templateId = `t${i}`
    one.service = i % 10 === 0 ? `s${i}` : 'shop'
    if (i % 1000 === 0) one.attributes = { [`f${i}`]: i }
    detector.observe(one)
  }
  const { series, leftOut } = detector.stats()
  expect(series).toBe(500)
  expect(leftOut).toBeGreaterThan(999_000)
  expect(detector.save().length).toBeLessThan(1_500_000)
})

test('records of minutes that are over or far ahead are counted and move no time', () => {
  const detector = createDetector()
  detector.observe(record(10, 0, {}))
  detector.observe(record(9, 0, {}))
  detector.observe(record(1000, 0, {}))
  expect(detector.stats()).toMatchObject({ late: 1, ahead: 1 })
})

test('an hour in which nobody watched is no silence', () => {
  const detector = createDetector(settings)
  const warnings: Warning[] = []
  for (const { minute, records } of minutesOf({}, quietMinutes + 60)) {
    if (minute > quietMinutes && minute < quietMinutes + 50) continue
    warnings.push(...detector.tick(startMs + minute * 60_000))
    for (const one of records) detector.observe(one)
  }
  expect(warnings).toEqual([])
})
