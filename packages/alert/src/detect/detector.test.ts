import { expect, test } from 'vitest'
import { createDetector, type Detector } from './detector.ts'
import type { SeenRecord, SeenSpan, Warning } from './warning.ts'

const startMs = Date.UTC(2026, 0, 5)
const hour = 60
/** Twelve hours of which eight are learnt from; what is to be seen begins then. */
const quietMinutes = 12 * hour
const settings = { warmUpMs: 8 * hour * 60_000 }

/** Numbers from 0 to 1, the same in each run. */
function createNumbers(): () => number {
  let state = 42
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
}

function record(minute: number, at: number, change: Partial<SeenRecord>): SeenRecord {
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

function span(minute: number, at: number, change: Partial<SeenSpan>): SeenSpan {
  return {
    unixMs: startMs + minute * 60_000 + Math.floor(at * 60_000),
    ...{ service: 'shop', name: 'process mail', durationMs: 50, isError: false, weight: 1 },
    ...{ traceId: `f${minute}`.padStart(32, '0'), spanId: '', queue: 'mail', waitMs: 20, attempt: 1 },
    ...change,
  }
}

/** What a minute has beside the usual; `into`: minutes since it began, negative before. */
type Fault = {
  shares?: (into: number) => [a: number, b: number]
  heap?: (into: number) => number
  wait?: (into: number) => number
  beats?: (into: number) => number
  records?: (minute: number, into: number) => SeenRecord[]
  traffic?: (into: number) => number
  version?: (into: number) => string
}

/** Each second of four lines by chance, one of `a` and `b`, a gauge, a heartbeat and jobs. */
function* minutesOf(fault: Fault, minutes: number) {
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

function runOver(
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

const ramp = (into: number, least: number, most: number): number =>
  into < 0 ? least : least + (most - least) * Math.min(1, into / 20)

const many = (minute: number, count: number, change: Partial<SeenRecord>): SeenRecord[] =>
  Array.from({ length: Math.round(count) }, (_, at) => record(minute, (at + 0.3) / (count + 1), change))

const faults: { name: string; fault: Fault; kind: string; said: RegExp }[] = [
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
    said: /wait of queue mail is [\d.]+, higher than the usual \d+/,
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

test.each(faults)('$name is told once, with its lines and traces', ({ fault, kind, said }) => {
  const warnings = runOver(fault, quietMinutes + 40)
  expect(warnings).toHaveLength(1)
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

test.each(faults)(
  '$name: a detector that is saved and loaded within a minute warns as one that went on, byte for byte',
  ({ fault }) => {
    const minutes = quietMinutes + 30
    const whole = runOver(fault, minutes)
    const parts = runOver(fault, minutes, (detector, minute) =>
      minute % 97 === 0 || minute === quietMinutes + 4 ? createDetector(settings, detector.save()) : detector,
    )
    expect(JSON.stringify(parts)).toBe(JSON.stringify(whole))
  },
)

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
  expect(warnings.map(({ services }) => services)).toEqual([['shop']])
})

test('faults of two services that have no trace in common are two warnings, though they begin at the same time', () => {
  const warnings = runTwo((service, minute, at) => `${service}${minute}-${at}`.padStart(32, '0'))
  expect(warnings.map(({ services }) => services).toSorted()).toEqual([['api'], ['shop']])
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
  const again = warnings.filter(({ precedent }) => precedent !== undefined)
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

test.each(['', '{', '{"version":0}', 'null'])(
  'a state that is none, %j, is as if there were nothing',
  (saved) => {
    const detector = createDetector({}, saved)
    expect(detector.stats()).toMatchObject({ series: 0 })
  },
)

/** A state as version 5 had it: a list of each sum, and lines without what is known of their traces. */
function asFive(state: string): string {
  const formerNames: { [name: string]: { [name: string]: string[] } } = {
    ring: { open: ['open', 'openSquares'] },
    kept: {
      open: ['openSums', 'openSquares', 'openWeights', 'openCounts'],
      kept: ['sums', 'squares', 'weights', 'counts'],
    },
  }
  return JSON.stringify(
    JSON.parse(state, function (this: { [key: string]: unknown }, key, value) {
      if (key === 'version' && value === 6) return 5
      if (['minuteRise', 'lagRise', 'windowFall'].includes(key)) return undefined
      if (key === 'lines' && 'list' in value) return value.list
      const kind = value !== null && ['ring', 'kept'].find((name) => Array.isArray(value[name]))
      if (!kind) return value
      const former = { ...value }
      for (const [name, parts] of Object.entries(formerNames[kind]!)) {
        delete former[name]
        for (const [at, part] of parts.entries())
          former[part] = value[name].filter((_: number, i: number) => i % parts.length === at)
      }
      return former
    }),
  )
}

const asFour = (state: string): string =>
  asFive(state)
    .replace('"version":5', '"version":4')
    .replaceAll(/"(slowMinutes|shareWander)":[^,]+,/g, '')

const mixed = faults.find(({ name }) => name === 'lines of one kind in place of another')!

test('a state of version 4, which knew less of how the mix varies, is gone on from', () => {
  const { fault } = mixed
  const whole = runOver(fault, quietMinutes + 30)
  const parts = runOver(fault, quietMinutes + 30, (detector, minute) =>
    minute === quietMinutes - 60 ? createDetector(settings, asFour(detector.save())) : detector,
  )
  expect(parts.map(({ unixMs }) => unixMs)).toEqual(whole.map(({ unixMs }) => unixMs))
  expect(parts).toHaveLength(1)
})

test.each(faults)(
  '$name: a state of version 5 is gone on from within a minute, byte for byte',
  ({ fault }) => {
    const whole = runOver(fault, quietMinutes + 30)
    const parts = runOver(fault, quietMinutes + 30, (detector, minute) => {
      if (minute % 97 > 0 && minute !== quietMinutes + 4) return detector
      const five = asFive(detector.save())
      expect(five).toMatch(/"version":5,.*"openSquares":\[/)
      expect(five).not.toMatch(/"(kept|list|lagRise)"/)
      return createDetector(settings, five)
    })
    expect(JSON.stringify(parts)).toBe(JSON.stringify(whole))
  },
)

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
