import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEngine } from '../engine/engine.ts'
import type { AlertRecord } from '../engine/record.ts'
import { readRules } from '../rules/read-rules.ts'
import { idleMs } from '../sources/source.ts'
import { createMemoryStore } from '../store/memory-store.ts'
import { believeTimes } from './believe-times.ts'
import { type Arrival, replayArrivals, replayRecords } from './replay.ts'
import { createRunner } from './runner.ts'

const startMs = 1_764_000_000_000
const minute = 60_000
const day = 24 * 60 * minute

function recordAt(unixMs: number, service = 'api'): AlertRecord {
  const none = { severityNumber: 17, eventName: '', traceId: '', spanId: '', body: 'failed', attributes: {} }
  return { ...none, resource: {}, weight: 1, folded: undefined, service, unixMs }
}

async function* inOne<T>(records: T): AsyncGenerator<T> {
  yield records
}

async function timesOf(given: readonly number[], nowMs = startMs + day): Promise<[number[], number]> {
  const times: number[] = []
  let misdated = 0
  for await (const batch of believeTimes(inOne(given.map((ms) => recordAt(ms))), nowMs)) {
    times.push(...batch.records.map(({ unixMs }) => unixMs - startMs))
    misdated += batch.misdated
  }
  return [times, misdated]
}

const steady = Array.from({ length: 30 }, (_, at) => startMs + at * 1000)
const shown = steady.map((ms) => ms - startMs)
const replacing = <T>(list: readonly T[], at: number, value: T): T[] => list.with(at, value)

test.each<[string, number[], [number[], number]]>([
  ['are believed', steady, [shown, 0]],
  [
    'ahead by four minutes are believed',
    replacing(steady, 9, startMs + 4 * minute),
    [replacing(shown, 9, 4 * minute), 0],
  ],
  [
    'of tomorrow are those of the line before',
    replacing(steady, 9, startMs + day - 1),
    [replacing(shown, 9, 8000), 1],
  ],
  [
    'of next year are, at the end as well',
    replacing(steady, 29, startMs + 365 * day),
    [replacing(shown, 29, 28_000), 1],
  ],
  ['that are none are', replacing(steady, 9, 0), [replacing(shown, 9, 8000), 1]],
  [
    'of 1970 at the begin are those that follow',
    replacing(steady, 0, 5000),
    [replacing(shown, 0, 11_000), 1],
  ],
  ['of tomorrow at the begin are', replacing(steady, 0, startMs + day - 1), [replacing(shown, 0, 11_000), 1]],
  [
    'after a quiet hour are believed',
    [startMs, ...steady.map((ms) => ms + 60 * minute)],
    [[0, ...shown.map((ms) => ms + 60 * minute)], 0],
  ],
  [
    'of the last line, an hour later, are believed',
    [...steady, startMs + 60 * minute],
    [[...shown, 60 * minute], 0],
  ],
  [
    'that come late are believed',
    replacing(steady, 9, startMs - 10 * minute),
    [replacing(shown, 9, -10 * minute), 0],
  ],
])('times %s', async (_, given, wanted) => {
  expect(await timesOf(given)).toEqual(wanted)
})

const { rules } = readRules(
  [
    {
      id: 'many',
      type: 'frequency',
      where: 'failed',
      threshold: 3,
      window: '1m',
      group_by: 'service',
      realert: '2m',
    },
    { id: 'quiet', type: 'flatline', where: 'service:api', window: '10s', realert: '30s' },
  ],
  String,
  [],
)

test('one record of tomorrow ends nothing and begins nothing', async () => {
  const records = steady.map((ms) => recordAt(ms))
  const ids = async (list: readonly AlertRecord[]) =>
    (await replayRecords(rules, inOne(list), startMs + 2 * day)).alerts.map(({ id, state }) => [id, state])
  expect(await ids(records.toSpliced(15, 0, recordAt(startMs + day, 'mail')))).toEqual(await ids(records))
})

/** As a desk judges: each request when it came, and time that passes once a second, with those of a minute ago too. */
async function live(arrivals: readonly Arrival[], toMs: number): Promise<string[]> {
  const told: string[] = []
  const runner = createRunner(
    createEngine(rules),
    createMemoryStore(() => 0),
    (alert) => told.push(textOf(alert)),
  )
  const waiting = [...arrivals]
  for (let nowMs = arrivals[0]!.arrivedUnixMs; nowMs <= toMs + minute; nowMs += 977) {
    while (waiting.length > 0 && waiting[0]!.arrivedUnixMs <= nowMs) {
      const { records, arrivedUnixMs } = waiting.shift()!
      await runner.take({ partition: 'desk', records, clocks: records.map(() => arrivedUnixMs - idleMs) })
    }
    await runner.pass('desk', Math.min(nowMs - 1000, toMs) - idleMs)
  }
  return told.toSorted()
}

const textOf = ({
  id,
  rule,
  state,
  times,
  atUnixMs,
}: {
  id: string
  rule: string
  state: string
  times: number
  atUnixMs: number
}) => [rule, state, id, times, atUnixMs].join(' ')

test('records that came late, and silence between them, are judged as they were when they came', async () => {
  const at = (seconds: number, lateBy = 0, service = 'api'): Arrival => ({
    records: [
      recordAt(startMs + (seconds - lateBy) * 1000, service),
      recordAt(startMs + (seconds - lateBy) * 1000, service),
    ],
    arrivedUnixMs: startMs + seconds * 1000 + 137,
  })
  const arrivals = [
    at(0),
    at(5),
    at(9),
    at(100, 90, 'mail'),
    at(101, 20, 'mail'),
    at(102, 15, 'mail'),
    at(400),
    at(404),
  ]
  const toMs = startMs + 600_000
  const stream = async function* () {
    yield* arrivals
  }
  const whole = await replayArrivals(rules, stream(), { fromMs: 0, toMs })
  const told = await live(arrivals, toMs)
  expect(whole.alerts.map(textOf).toSorted()).toEqual(told)
  expect([whole.counts.get('many')!.get('late'), told.length]).toEqual([2, 25])
  const fromMs = startMs + 300_000
  const part = await replayArrivals(rules, stream(), { fromMs, toMs })
  expect(part.alerts).toEqual(whole.alerts.filter(({ atUnixMs }) => atUnixMs >= fromMs))
  expect([part.records, [...part.counts.get('many')!]]).toEqual([
    4,
    [
      ['below', 2],
      ['fired', 1],
      ['cooling', 1],
      ['resolved', 1],
    ],
  ])
})

const everyType = readRules(
  [
    { id: 'frequency', type: 'frequency', where: 'failed', threshold: 4, window: '20s', realert: '30s' },
    { id: 'any', type: 'any', where: 'level:fatal', realert: '1m' },
    { id: 'block-list', type: 'block-list', field: 'user', values: ['u1'], realert: '1m' },
    { id: 'allow-list', type: 'allow-list', field: 'user', values: ['u2', 'u3'], realert: '1m' },
    { id: 'change', type: 'change', field: 'user', realert: 0 },
    { id: 'spike', type: 'spike', window: '10s', height: 2, direction: 'both', at_least: 2, realert: '20s' },
    { id: 'flatline', type: 'flatline', window: '15s', threshold: 2, realert: '20s', resolve_after: '5s' },
    { id: 'new-term', type: 'new-term', field: 'user', window: '1m', learn: '10s', realert: '10s' },
    { id: 'new-template', type: 'new-template', learn: 0 },
    { id: 'many', type: 'cardinality', field: 'user', window: '20s', above: 4, realert: '10s' },
    { id: 'few', type: 'cardinality', field: 'user', window: '20s', below: 1, realert: '40s' },
    { id: 'ratio', type: 'ratio', of: 'level:fatal', window: '20s', above: 0.3, at_least: 3, realert: '30s' },
    {
      id: 'aggregate',
      type: 'aggregate',
      field: 'ms',
      metric: 'avg',
      window: '20s',
      above: 60,
      realert: '30s',
    },
  ].map((one, index) => ({ late: '10s', ...(index % 2 === 0 && { group_by: 'service' }), ...one })),
  String,
  [],
).rules

/** Requests of one to four records, mostly seconds apart and sometimes minutes, of which some were long on their way. */
const requests = fc.array(
  fc.record({
    gapMs: fc.oneof({ weight: 6, arbitrary: fc.nat(3000) }, fc.nat(120_000)),
    onTheWayMs: fc.nat(900),
    records: fc.array(
      fc.record({
        lateMs: fc.oneof({ weight: 5, arbitrary: fc.nat(3000) }, fc.integer({ min: -60_000, max: 60_000 })),
        service: fc.constantFrom('api', 'mail'),
        user: fc.constantFrom('u1', 'u2', 'u3', 'u4', 'u5', 'u6'),
        isFatal: fc.boolean(),
        ms: fc.nat(100),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  }),
  { minLength: 1, maxLength: 60 },
)

test('a replay tells what a desk told, whatever came when and whenever it looked', async () => {
  expect(everyType).toHaveLength(13)
  await fc.assert(
    fc.asyncProperty(requests, fc.nat(999), async (given, phaseMs) => {
      let nowMs = startMs
      const arrivals = given.map(({ gapMs, onTheWayMs, records }) => {
        nowMs += gapMs
        const arrivedUnixMs = nowMs
        return {
          arrivedUnixMs,
          judgedMs: arrivedUnixMs + onTheWayMs,
          records: records.map(({ lateMs, service, user, isFatal, ms }) => ({
            ...recordAt(arrivedUnixMs - lateMs, service),
            ...{ severityNumber: isFatal ? 21 : 9, attributes: { user, ms } },
            body: isFatal ? `payment failed for ${user}` : `${user} came`,
          })),
        }
      })
      const toMs = nowMs + 60_000
      const stream = async function* () {
        yield* arrivals
      }
      const replay = await replayArrivals(everyType, stream(), { fromMs: 0, toMs })
      const told: string[] = []
      const runner = createRunner(
        createEngine(everyType),
        createMemoryStore(() => 0),
        (alert) => told.push(textOf(alert)),
      )
      let begun = false
      const judge = async ({ records, arrivedUnixMs }: (typeof arrivals)[number]) => {
        begun = true
        const clocks = records.map(() => arrivedUnixMs - idleMs)
        await runner.take({ partition: 'desk', records, clocks })
      }
      const waiting = [...arrivals]
      for (let tickMs = startMs + phaseMs; tickMs < toMs + 1000; tickMs += 1000) {
        while (waiting.length > 0 && waiting[0]!.judgedMs <= tickMs) await judge(waiting.shift()!)
        if (begun) await runner.pass('desk', tickMs - 1000 - idleMs)
      }
      await runner.pass('desk', toMs - idleMs)
      expect(replay.alerts.map(textOf).toSorted()).toEqual(told.toSorted())
    }),
    { numRuns: 60, seed: 1 },
  )
})
