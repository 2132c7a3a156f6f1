import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createByteWriter, defaultLimits, writeLogRecord } from '@clew/otlp'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { flushSync } from '../exit/flush-sync.ts'
import { Problems } from '../problems.ts'
import type { Batch } from '../records/batch.ts'
import { WriterPool } from '../records/chunk.ts'
import { createIntake } from '../records/intake.ts'
import { createBudget, type OrphanedRecords } from '../records/queue.ts'
import { Journal } from '../spool/journal.ts'
import { placeSpool } from '../spool/place.ts'
import { describeSender } from '../spool/sender.ts'
import { Spool } from '../spool/spool.ts'
import type { Outcome } from '../wire/outcome.ts'
import { describeTarget } from '../wire/target.ts'
import { SignalLane } from './lane.ts'
import { statusOf } from './lane-status.ts'
import type { Sender } from './sender.ts'

const folder = mkdtempSync(join(tmpdir(), 'clew-lane-'))
afterAll(() => rmSync(folder, { recursive: true }))
let made = 0

const outcomes: fc.Arbitrary<Outcome | undefined> = fc.oneof(
  fc.constant<Outcome>({ kind: 'accepted' }),
  fc.record({
    kind: fc.constant('partial' as const),
    rejected: fc.oneof(
      fc.integer({ min: -3, max: 20 }),
      fc.constantFrom(-1e18, 1e18, 0.5, Infinity, -Infinity),
    ),
    message: fc.constant('some'),
  }),
  fc.constant<Outcome>({ kind: 'retry', reason: 'HTTP 503' }),
  fc.constant<Outcome>({ kind: 'too-large' }),
  fc.constantFrom<Outcome>(
    ...['HTTP 400', 'HTTP 401', 'gRPC PERMISSION_DENIED'].map(
      (status) => ({ kind: 'refused', status, message: '' }) as const,
    ),
  ),
)

/** What happens to a lane: records come, a thread leaves some, time passes, a request is answered, what waits goes out, a process nearly ends. */
type Event =
  | { log: number }
  | { wake: boolean }
  | { adopt: number }
  | { answer: number; outcome: Outcome | undefined }
  | { end: readonly (Outcome | undefined)[] }

const events: fc.Arbitrary<Event> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ log: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 2, arbitrary: fc.record({ wake: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ adopt: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 5, arbitrary: fc.record({ answer: fc.nat(3), outcome: outcomes }) },
  {
    weight: 1,
    arbitrary: fc.record({ end: fc.array(fc.option(outcomes, { nil: undefined }), { maxLength: 4 }) }),
  },
)

type Sending = { batch: Batch; answer: (outcome: Outcome) => void }

const record = { timeUnixMs: 1, severityNumber: 9, severityText: '', body: 'x'.repeat(50) }

/** A lane whose receiver answers when and what the test says. */
function openLane({
  spoolBytes,
  memoryBytes,
  isAhead = false,
}: {
  spoolBytes: number | undefined
  memoryBytes: number
  isAhead?: boolean
}) {
  const endpoint = {
    url: 'http://h/v1/logs',
    headers: {},
    compression: 'none',
    protocol: 'http/protobuf',
  } as const
  const target = describeTarget({ ...endpoint, timeoutMs: 1000 }, 'logs')
  const reports: string[] = []
  let now = 0
  const facts = {
    problems: new Problems(
      (code, message) => reports.push(`${code} ${message}`),
      () => now,
    ),
    now: () => now,
  }
  const sending: Sending[] = []
  const budget = createBudget(memoryBytes)
  const sync: (Outcome | undefined)[] = []
  const sender: Sender = {
    receiver: target,
    wire: {
      target,
      requestSync: () => ({ headers: {}, body: Buffer.alloc(0) }),
      outcome: () => ({ kind: 'retry', reason: 'no worker' }),
    },
    send: (batch) => new Promise((answer) => sending.push({ batch, answer })),
    openSpare() {},
    answerSync: () => undefined,
    sendSync: () => sync.shift(),
    close() {
      for (const { answer } of sending.splice(0)) answer({ kind: 'retry', reason: 'closed' })
    },
  }
  const directory = join(folder, String(made++))
  const place = placeSpool({ ...facts, directory, signal: 'logs', sender: describeSender(endpoint, {}) })
  const use = { bytes: 0, maxBytes: spoolBytes ?? 0 }
  const resource = Buffer.from('resource')
  const lane = new SignalLane({
    name: 'logs',
    ...{
      ...facts,
      sender,
      journal: isAhead && spoolBytes !== undefined ? new Journal(place, use, resource) : undefined,
      maxSpoolAgeMs: undefined,
      keepsOrder: isAhead,
      mirror: undefined,
      scheduleDelayMs: 1e6,
      random: () => 0,
    },
    spool: spoolBytes === undefined ? undefined : new Spool(place, use),
    resource,
    budget,
    pool: new WriterPool(),
    runHidden: (work) => work(),
  })
  const intake = createIntake(lane.queue, writeLogRecord, defaultLimits)
  const scopes = ['a', 'b'].map((name) => ({ name, version: '' }))
  const log = (count: number): void => {
    for (let at = 0; at < count; at++) intake(scopes[at % 2]!, record)
  }
  const pass = (): void => {
    now += 40_000
  }
  return { lane, budget, reports, sending, sync, log, pass }
}

function leftByThread(count: number): OrphanedRecords {
  const writer = createByteWriter()
  for (let at = 0; at < count; at++) writeLogRecord(writer, record, defaultLimits)
  const records = writer.buffer.subarray(0, writer.position)
  return { lane: 'logs', resource: Buffer.from('resource'), scope: Buffer.from('thread'), records, count }
}

type Open = ReturnType<typeof openLane>

async function happen({ lane, sending, sync, log, pass }: Open, event: Event): Promise<void> {
  if ('log' in event) log(event.log)
  else if ('adopt' in event) lane.queue.adopt(leftByThread(event.adopt))
  else if ('wake' in event) {
    pass()
    lane.loop.wake(event.wake)
  } else if ('answer' in event) {
    const [answered] = sending.splice(event.answer % Math.max(1, sending.length), 1)
    answered?.answer(event.outcome ?? { kind: 'accepted' })
  } else {
    sync.splice(0, sync.length, ...event.end)
    // No time but the grace that the spool has.
    flushSync([lane], 'flush', (more = 0) => Math.max(0, more))
    // Taken back: nobody listens to their answers any more.
    sending.splice(0, sending.length, ...sending.filter(({ batch }) => batch.fromSpool))
  }
  await new Promise(setImmediate)
}

/** Records that are counted nowhere, or twice. */
function missing({ lane, sending }: Open): number {
  const { accepted, delivered, rejected, dropped, spooled } = lane.queue.counters
  const onWire = sending
    .filter(({ batch }) => !batch.fromSpool)
    .reduce((sum, { batch }) => sum + batch.count, 0)
  return accepted - delivered - rejected - dropped - spooled - lane.queue.waitingRecords() - onWire
}

/** What of the numbers that are shown contradicts the others. */
function miscounted({ lane }: Open): string[] {
  const { counters, begun, waiting, inflight, failed, durations, replayRejected } = statusOf(lane)
  const { accepted, delivered, rejected, dropped, spooled } = counters
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)
  const operations = Object.values(durations).map(({ counts }) => sum(counts))
  const claims = {
    'what waits was not handed over': waiting >= 0 && begun + waiting <= accepted,
    'what arrived was handed over': begun >= delivered + rejected,
    'what is on its way is what is left':
      accepted - delivered - rejected - dropped - spooled <= waiting + inflight,
    'what was refused has a type of error': sum(Object.values(failed)) === rejected + replayRejected,
    'an operation has ended for each record':
      sum(operations) <= accepted + counters.replayed + replayRejected,
  }
  return Object.entries(claims).flatMap(([claim, isTrue]) => (isTrue ? [] : [claim]))
}

const lost = ({ lane: { queue } }: Open): number =>
  queue.counters.rejected + queue.counters.dropped + queue.replayRejected

/** What the last line says that was lost: as one number, and the sum of its reasons. */
function told(reports: readonly string[]): { whole: number; reasons: number } {
  const line = reports.filter((report) => report.startsWith('CLEW_RECORDS_LOST')).at(-1) ?? ''
  const sentences = [...line.matchAll(/(?:before|did not take) (\d+) logs records[^:]*: ([^;.]*)/g)]
  const wholes = sentences.map(([, whole]) => Number(whole))
  const reasons = sentences.map(([, whole, list = '']) => {
    const numbers = list.split(', ').map((reason) => /^\d+(?= )/.exec(reason)?.[0])
    return numbers[0] === undefined
      ? Number(whole)
      : numbers.reduce((sum, number) => sum + Number(number ?? 0), 0)
  })
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
  return { whole: sum(wholes), reasons: sum(reasons) }
}

test('every record is delivered, spooled, lost for a reason, or waits, whatever the receiver says and when', async () => {
  const lanes = fc.record({
    spoolBytes: fc.constantFrom(undefined, 0, 3000, 1e6),
    memoryBytes: fc.constantFrom(1500, 4000, 1e6),
    isAhead: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(lanes, fc.array(events, { maxLength: 30 }), async (options, happenings) => {
      const open = openLane(options)
      for (const event of happenings) {
        await happen(open, event)
        expect(missing(open)).toBe(0)
        expect(miscounted(open)).toEqual([])
      }
      open.lane.close()
      await new Promise(setImmediate)
      const { lane, budget } = open
      const left = { missing: missing(open), waiting: lane.queue.waitingRecords(), used: budget.used }
      expect(left).toEqual({ missing: 0, waiting: 0, used: 0 })
      expect([statusOf(lane).waiting, lane.loop.operations.inflight().own]).toEqual([0, 0])
      for (const count of Object.values(open.lane.queue.counters)) expect(count).toBeGreaterThanOrEqual(0)
      expect(told(open.reports)).toEqual({ whole: lost(open), reasons: lost(open) })
      expect(open.reports.filter((report) => /\b0 (?:records )?(?:wait|delivered)/.test(report))).toEqual([])
    }),
    { numRuns: 500 },
  )
}, 60_000)

test.each([
  [-5, 'took 10 logs records (it says -5): some'],
  [2.5, 'rejected 2 of 10 logs records (it says 2.5): some'],
  [11, 'rejected 10 of 10 logs records (it says 11): some'],
  [Infinity, 'rejected 10 of 10 logs records (it says Infinity): some'],
  [10, 'rejected 10 of 10 logs records: some'],
])(
  'a partial success of %d rejected records out of 10 is told and counted as what can be',
  async (rejected, said) => {
    const open = openLane({ spoolBytes: undefined, memoryBytes: 1e6 })
    const answer = { answer: 0, outcome: { kind: 'partial', rejected, message: 'some' } } as const
    for (const event of [{ log: 10 }, { wake: true }, answer]) await happen(open, event)
    const counted = Math.trunc(Math.min(10, Math.max(0, rejected)))
    expect(open.reports).toEqual([`CLEW_EXPORT_PARTIAL the receiver ${said}`])
    expect(open.lane.queue.counters).toMatchObject({ delivered: 10 - counted, rejected: counted })
  },
)

test('the line after an outage counts what was delivered by then, and nothing of which there is none', async () => {
  const open = openLane({ spoolBytes: undefined, memoryBytes: 1e6 })
  const retry: Event = { answer: 0, outcome: { kind: 'retry', reason: 'HTTP 503' } }
  const accept: Event = { answer: 0, outcome: { kind: 'accepted' } }
  for (const event of [
    { log: 3 },
    { wake: true },
    retry,
    { log: 2 },
    { wake: false },
    accept,
  ] satisfies Event[])
    await happen(open, event)
  expect(open.reports.at(-1)).toBe(
    'CLEW_EXPORT_RECOVERED sending logs to the receiver again after 40 s; records: 2 wait, 3 delivered',
  )
})

test('written ahead, one batch is on its way at a time and keeps its place; when it has failed forty times others go as well', async () => {
  const open = openLane({ spoolBytes: 1e6, memoryBytes: 1e6, isAhead: true })
  const { lane, sending, log, pass } = open
  const answer = async (outcome: Outcome): Promise<number> => {
    pass()
    lane.loop.wake(true)
    const [{ batch, answer: tell } = { batch: undefined, answer: () => {} }, ...others] = sending.splice(0)
    expect(others).toEqual([])
    tell(outcome)
    await new Promise(setImmediate)
    return batch?.count ?? 0
  }
  log(1)
  lane.loop.wake(true)
  log(2)
  const failing: number[] = []
  for (let times = 0; times < 40; times++) failing.push(await answer({ kind: 'retry', reason: 'HTTP 503' }))
  const later: number[] = []
  for (const outcome of [
    { kind: 'retry', reason: 'HTTP 503' },
    { kind: 'accepted' },
    { kind: 'accepted' },
  ] as const)
    later.push(await answer(outcome))
  expect({ failing: new Set(failing), later }).toEqual({ failing: new Set([1]), later: [2, 2, 1] })
  lane.close()
})
