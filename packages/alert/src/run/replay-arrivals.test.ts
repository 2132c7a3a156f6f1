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
