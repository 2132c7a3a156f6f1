import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ChainData, ChainPage, ChainSummary } from '../api/index.ts'
import { buildChain, describeRow, englishLabels } from '../chain/index.ts'
import { chain } from '../server/query/chain.ts'
import { chainRates } from '../server/query/chain-rates.ts'
import { chains } from '../server/query/chains.ts'
import type { OpenSegments } from '../server/query/open-segments.ts'
import {
  linkedTraces,
  lostSpans,
  newIds,
  repeatedQueries,
  type Sample,
  skewedClock,
} from './sample-traffic.ts'
import { openSegmentsRig, type SegmentsRig } from './segments-rig.ts'
import { cleanUp } from './store-rig.ts'

const startMs = 1_764_000_000_000
const ms = 1e6
let rig: SegmentsRig

beforeAll(async () => {
  rig = await openSegmentsRig()
})
afterAll(async () => {
  rig.close()
  await cleanUp()
})

type Span = Sample['spans'][number]

/** Jobs, each of which was made by the one before, `eachMs` apart. */
function jobs(count: number, eachMs: number): Sample {
  const spans = Array.from(
    { length: count },
    (_, index): Span => ({
      ...{ id: `job${index}`, trace: `job${index}`, name: `job ${index}`, service: `worker-${index}` },
      ...{ kind: 5, at: index * eachMs, ms: 10 },
      ...(index > 0 && { links: [{ trace: `job${index - 1}`, span: `job${index - 1}` }] }),
    }),
  )
  return { spans, logs: spans.map(({ service, at, trace = '' }) => ({ service, at, trace, text: 'done' })) }
}

/** A request and the jobs that it made, each in a trace of its own. */
function fan(count: number): Sample {
  const job = (index: number): Span => ({
    ...{ id: `job${index}`, trace: `job${index}`, name: 'process mails', service: 'mailer', kind: 5 },
    ...{ at: 10 + index, ms: 5, links: [{ trace: '', span: 'req' }] },
  })
  const request = { id: 'req', name: 'POST /news', service: 'news', kind: 2, at: 0, ms: 8 }
  return { spans: [request, ...Array.from({ length: count }, (_, index) => job(index))], logs: [] }
}

/** Those that begin in the hour of a sample, which it has for itself. */
const inHour = (hour: number) => ({
  from: String(startMs + hour * 3_600_000),
  to: String(startMs + (hour + 1) * 3_600_000 - 1),
})
const send = (hour: number, sample: Sample): string => rig.send(sample, startMs + hour * 3_600_000)

/** All pages of a list, `limit` rows each. */
function listAll(segments: OpenSegments, parameters: Record<string, string>, limit = 50): ChainSummary[] {
  const rows: ChainSummary[] = []
  let before: string | null | undefined
  do {
    const page: ChainPage = chains(segments, {
      ...parameters,
      limit: String(limit),
      ...(before && { before }),
    })
    rows.push(...page.chains)
    before = page.next
  } while (before !== null)
  return rows
}

/** What the page of a chain says at its head. */
function headOf(segments: OpenSegments, traceId: string) {
  const data: ChainData = chain(segments, { traceId })
  const built = buildChain(data)
  const first = built.nodeOfSpan.length > 0 ? Math.min(...built.nodeOfSpan) : built.nodeOfLog[0]!
  return {
    startUnixNano: String(BigInt(data.startUnixNano) + BigInt(Math.round(built.startNs))),
    durationNs: built.endNs - built.startNs,
    name: describeRow(built, first, englishLabels).label,
    spans: data.spans.ref.length,
    logs: data.logs.ref.length,
    errors: built.errors.all.length,
    traces: data.traces.map((trace) => trace.traceId),
    moreTraces: data.moreTraces,
    services: [...new Set(data.resources.map(({ service }) => service))].toSorted(),
  }
}

const rowOf = (row: ChainSummary): ReturnType<typeof headOf> => {
  const { startUnixNano, durationNs, name, spans, logs, errors, traces, moreTraces, services } = row
  return {
    ...{ startUnixNano, durationNs, name, spans, logs, errors, traces, moreTraces },
    services: services.toSorted(),
  }
}

const waiting: Sample = {
  spans: [
    {
      ...{ id: 'job', name: 'process mails', service: 'mailer', kind: 5, at: 500, ms: 20 },
      attributes: { 'messaging.destination.name': 'mails', 'clew.job.wait_ms': 300 },
    },
  ],
  logs: [],
}
const late: Sample = {
  spans: [
    { id: 'a', name: 'GET /', service: 'shop', kind: 2, at: 0, ms: 60 },
    { id: 'b', parent: 'a', name: 'POST', service: 'shop', kind: 3, at: 5, ms: 40 },
    { id: 'c', parent: 'b', name: 'POST /pay', service: 'pay', kind: 2, at: 3_600_010, ms: 30 },
    { id: 'd', parent: 'c', name: 'INSERT', service: 'pay', kind: 3, at: 3_600_015, ms: 10, error: 'full' },
  ],
  logs: [
    { span: 'c', service: 'pay', at: 3_600_020, text: 'charged' },
    { span: 'a', service: 'shop', at: 50, text: 'failed', severity: 17 },
  ],
}

test.each<[string, Sample]>([
  ['a clock that is behind', skewedClock()],
  ['a clock that is an hour ahead', late],
  ['a linked job', linkedTraces()],
  ['jobs that made jobs', jobs(4, 1000)],
  ['jobs further than the page goes', jobs(7, 1000)],
  ['a wait before everything', waiting],
  ['lost spans', lostSpans()],
  ['repeated queries', repeatedQueries()],
  ['lines alone', { spans: [], logs: [{ service: 'shop', at: 0, text: 'hello' }] }],
])('the list says of %s what its page says', (name, sample) => {
  const hour = 10 + 3 * name.length
  send(hour, sample)
  const segments = rig.open()
  const { from } = inHour(hour)
  const rows = listAll(segments, { from, to: inHour(hour + 1).to })
  expect(rows.map(rowOf)).toEqual(rows.map(({ traceId }) => headOf(segments, traceId)))
  expect(rows.map(({ isRough }) => isRough)).toEqual([undefined])
})

test('bars lie within the chain, at the times of its spans after the clocks were corrected', () => {
  send(1, late)
  const [row] = listAll(rig.open(), inHour(1))
  expect(row!.durationNs).toBe(60 * ms)
  expect(row!.bars.map(({ startNs, durationNs, depth }) => [startNs / ms, durationNs / ms, depth])).toEqual([
    [0, 60, 0],
    [5, 40, 1],
    [10, 30, 2],
    [15, 10, 3],
  ])
})

test('a chain that is short once its clocks are corrected is no slow one', () => {
  expect([listAll(rig.open(), { ...inHour(1), q: 'dur>1s' }), listAll(rig.open(), inHour(1)).length]).toEqual(
    [[], 1],
  )
})

test('linked traces are one row at the newest of those that match, on pages of any length', () => {
  for (let index = 0; index < 12; index++) rig.send(jobs(3, 60_000), startMs + 3 * 3_600_000 + index * 10_000)
  const segments = rig.open()
  for (const limit of [1, 2, 5, 50]) {
    const rows = listAll(segments, inHour(3), limit)
    expect([rows.length, rows.map(({ spans, logs }) => [spans, logs])]).toEqual([12, rows.map(() => [3, 3])])
    expect(rows.map(({ placeUnixNano }) => placeUnixNano)).toEqual(
      rows
        .map(({ placeUnixNano }) => placeUnixNano)
        .toSorted()
        .toReversed(),
    )
    expect(new Set(rows.flatMap(({ traces }) => traces)).size).toBe(36)
  }
  const found = listAll(segments, { ...inHour(3), q: 'service:worker-1' }, 5)
  expect(found.map(({ traceId, traces, spans }) => [traces.indexOf(traceId), spans])).toEqual(
    found.map(() => [0, 3]),
  )
  expect(found.length).toBe(12)
  expect(listAll(segments, { ...inHour(3), order: 'slow' }, 5).length).toBe(12)
})

test('a chain in several segments is one row, on pages of any length', () => {
  const ids = newIds()
  const [first, second, third] = jobs(3, 1000).spans as [Span, Span, Span]
  const at = startMs + 5 * 3_600_000
  const line = (trace: string, ms: number) => ({ service: 'shop', at: ms, trace, text: 'once more' })
  rig.send({ spans: [first], logs: [] }, at, ids)
  rig.rotate()
  // Here the first trace goes on, later, and so does the second below, before.
  rig.send({ spans: [second], logs: [line('job0', 1500)] }, at, ids)
  rig.rotate()
  rig.send({ spans: [third], logs: [line('job1', 20)] }, at, ids)
  const segments = rig.open()
  for (const order of ['recent', 'slow'])
    for (const limit of [1, 2, 50]) {
      const rows = listAll(segments, { ...inHour(5), order }, limit)
      expect(rows.map(({ spans, logs, traces }) => [spans, logs, traces.length])).toEqual([[3, 2, 3]])
    }
})

test('of very many linked traces those whose first cause is found are in its row, and the others rows of their own', () => {
  send(7, fan(60))
  const segments = rig.open()
  const rows = listAll(segments, inHour(7), 7)
  expect(rows.map(({ name, traces, moreTraces }) => [name, traces.length, moreTraces])).toEqual([
    ['POST /news', 20, 41],
  ])
  expect(listAll(segments, { ...inHour(7), q: 'service:mailer' }, 7)).toHaveLength(60)
})

test('a chain of too many records says so, and counts what came', () => {
  const spans = Array.from(
    { length: 2500 },
    (_, index): Span => ({
      ...{ id: `s${index}`, name: `step ${index}`, service: 'big', at: index, ms: 1 },
      ...(index > 0 && { parent: 's0' }),
    }),
  )
  send(9, { spans, logs: [{ service: 'big', at: 0, text: 'begun' }] })
  const rows = listAll(rig.open(), inHour(9))
  expect(
    rows.map(({ isRough, name, spans: count, logs, durationNs, bars }) => [
      ...[isRough, name, count, logs, durationNs / ms, bars.length],
    ]),
  ).toEqual([[true, 'step 0', 2500, 1, 2500, 60]])
})

test.each<[string, number, Record<string, string>]>([
  ['all', 3, {}],
  ['one of their services', 3, { q: 'service:worker-1' }],
  ['two of their services', 3, { q: 'service:worker-1 OR service:worker-2' }],
  ['traces in several segments', 5, {}],
  ['very many linked traces', 7, {}],
  ['very many linked traces of which the first is not searched for', 7, { q: 'service:mailer' }],
  ['errors', 1, { q: 'has:error' }],
  ['none', 1, { q: 'service:nobody' }],
])('the strip above the list counts the rows of the list: %s', (_, hour, search) => {
  const segments = rig.open()
  const asked = { ...inHour(hour), ...search }
  const rows = listAll(segments, asked, 9)
  const rates = chainRates(segments, { ...asked, steps: '30' })
  const stepOf = ({ placeUnixNano }: ChainSummary) =>
    Math.floor((Number(placeUnixNano.slice(0, -6)) - rates.fromUnixMs) / rates.stepMs)
  const perStep = rates.chains.map((_, step) => rows.filter((row) => stepOf(row) === step).length)
  expect([rates.total, rates.failedTotal, rates.chains, rates.counted]).toEqual([
    rows.length,
    rows.filter(({ errors }) => errors > 0).length,
    perStep,
    'all',
  ])
})

test('durations of a step are those of its chains, and a step without chains has none', () => {
  const at = startMs + 100 * 3_600_000
  for (let index = 1; index <= 20; index++)
    rig.send(
      { spans: [{ id: 'a', name: 'GET /', service: 'shop', kind: 2, at: 0, ms: index }], logs: [] },
      at,
    )
  const rates = chainRates(rig.open(), { ...inHour(100), steps: '60' })
  expect([rates.chains[0], rates.p50Ns[0], rates.p95Ns[0], rates.p95Ns[1], rates.allP50Ns]).toEqual([
    ...[20, 10 * ms, 19 * ms, null, 10 * ms],
  ])
})
