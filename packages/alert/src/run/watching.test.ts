import { expect, test } from 'vitest'
import { brewingMinutes, createNumbers, requestOf } from '../../test/brewing.ts'
import { createEngine } from '../engine/engine.ts'
import { type AlertRecord, recordsOf } from '../engine/record.ts'
import { spanRecordsOf } from '../engine/span-record.ts'
import { readRules } from '../rules/read-rules.ts'
import type { RecordBatch } from '../sources/source.ts'
import { createMemoryStore } from '../store/memory-store.ts'
import type { AlertStore } from '../store/store.ts'
import { replayRecords } from './replay.ts'
import { createRunner, type Runner } from './runner.ts'

const minuteMs = 60_000
const startMs = Date.UTC(2026, 0, 5, 8)
const shop = { startMs, minutes: 260, fromMinute: 200 }

const early = (fields: object = {}) => {
  const { rules, mistakes } = readRules(
    [{ id: 'early', type: 'early', learn: '2h', sure: 0.5, ...fields }],
    String,
    [],
  )
  expect(mistakes).toEqual([])
  return rules
}

const recordsOfShop = (): AlertRecord[] =>
  [...brewingMinutes(shop)].flatMap((lines) => recordsOf(requestOf(lines)))

/** So many records at a time, each with its offset. */
function* batchesOf(records: readonly AlertRecord[], many: number, from = 0): Generator<RecordBatch> {
  for (let first = from; first < records.length; first += many) {
    const own = records.slice(first, first + many)
    yield { partition: 'p', records: own, offsets: { first, after: first + own.length } }
  }
}

/** All that came of it, as bytes. */
async function outcomeOf(store: AlertStore): Promise<string> {
  const { decisions, counts } = await store.explain(1000)
  const told = [await store.history(1000), await store.warnings(1000), decisions, [...counts]]
  return JSON.stringify(told, (_, value) => (value instanceof Map ? [...value] : value), 1)
}

const runnerOf = (store: AlertStore, rules = early()): Runner => createRunner(createEngine(rules), store)

async function judgeAll(
  store: AlertStore,
  batches: Iterable<RecordBatch>,
  rules = early(),
): Promise<AlertStore> {
  const runner = runnerOf(store, rules)
  for (const batch of batches) expect(await runner.take(batch)).toBe('done')
  return store
}

test('what builds up is an alert of its service with what changed, and later what it led to', async () => {
  const store = await judgeAll(createMemoryStore(Date.now), batchesOf(recordsOfShop(), 50))
  const [alert, ...others] = await store.history(10)
  expect(others).toEqual([])
  const [kept] = await store.warnings(10)
  const { id, changes, lines } = kept!
  expect(alert).toMatchObject({
    ...{ rule: 'early', severity: 'warning', state: 'firing', group: { service: 'shop' }, lines },
    observation: { type: 'early', value: kept!.sure, limit: 0.5, warning: { id, changes } },
  })
  expect(alert!.atUnixMs).toBe(kept!.unixMs)
  expect(lines.every(({ traceId }) => traceId !== '')).toBe(true)
  expect(kept).toMatchObject({
    ...{ state: 'told', services: ['shop'] },
    failure: { service: 'shop', text: 'payment of order <*> failed: bank timeout' },
  })
  expect(kept!.failure!.unixMs - kept!.unixMs).toBeGreaterThan(5 * minuteMs)
  expect((await store.explain(10)).decisions).toMatchObject([{ rule: 'early', reason: 'fired' }])
})

test('a warning that is surer later is one alert then, and one warning', async () => {
  const records = recordsOfShop()
  const ask = async (sure: number) => {
    const store = await judgeAll(createMemoryStore(Date.now), batchesOf(records, 50), early({ sure }))
    const [kept, ...others] = await store.warnings(10)
    expect(others).toEqual([])
    return { kept: kept!, alerts: await store.history(10), ...(await store.explain(10)) }
  }
  const faint = await ask(0.5)
  const { kept, alerts, decisions } = await ask(faint.kept.sure + 0.2)
  expect(kept).toMatchObject({ id: faint.kept.id, state: 'told' })
  expect(kept.sure).toBeGreaterThanOrEqual(faint.kept.sure + 0.2)
  expect(kept.unixMs).toBeGreaterThan(faint.kept.unixMs)
  expect(kept.failure!.unixMs).toBeGreaterThan(kept.unixMs)
  expect(alerts).toMatchObject([{ atUnixMs: kept.unixMs, observation: { warning: { id: kept.id } } }])
  expect(decisions.map(({ reason }) => reason).toSorted()).toEqual(['below', 'fired'])
})

test('what began while it was still learnt is an alert once that is over, if it goes on', async () => {
  const records = recordsOfShop()
  const [found] = await (await judgeAll(createMemoryStore(Date.now), batchesOf(records, 50))).warnings(1)
  const learnMs = found!.unixMs - records[0]!.unixMs + 3 * minuteMs
  const rules = early({ learn: `${Math.ceil(learnMs / 1000)}s` })
  const store = await judgeAll(createMemoryStore(Date.now), batchesOf(records, 50), rules)
  const [kept, ...others] = await store.warnings(10)
  expect(others).toEqual([])
  expect(kept).toMatchObject({ id: found!.id, state: 'told' })
  expect(kept!.raisedUnixMs! - found!.raisedUnixMs!).toBeGreaterThanOrEqual(3 * minuteMs)
  expect(await store.history(10)).toMatchObject([{ atUnixMs: kept!.unixMs }])
  expect((await store.explain(10)).decisions.map(({ reason }) => reason).toSorted()).toEqual([
    'fired',
    'learning',
  ])
})

test.each([
  ['learning', { learn: '1d' }],
  ['below', { sure: 0.99 }],
] as const)('a warning that is %s is kept and explained, and is no alert', async (state, fields) => {
  const records = recordsOfShop()
  const store = await judgeAll(createMemoryStore(Date.now), batchesOf(records, 50), early(fields))
  expect(await store.history(10)).toEqual([])
  const [kept] = await store.warnings(10)
  expect(kept).toMatchObject({ state, rule: 'early' })
  const { decisions } = await store.explain(10)
  expect(decisions).toMatchObject([{ rule: 'early', group: { service: 'shop' }, reason: state }])
})

test('what is learnt begins with what comes now, not with a line of last year', async () => {
  const [first, ...records] = recordsOfShop()
  const old = { ...first!, unixMs: startMs - 400 * 24 * 60 * minuteMs }
  const store = createMemoryStore(Date.now)
  const runner = runnerOf(store, early({ learn: '1d' }))
  const clocks = [startMs + minuteMs, ...records.map(({ unixMs }) => unixMs)]
  await runner.take({ partition: 'p', records: [old, ...records], clocks })
  expect(runner.learning()).toMatchObject({ sinceMs: records[0]!.unixMs, series: 8 })
  expect((await store.warnings(10)).map(({ state }) => state)).toEqual(['learning'])
})

test('a rule looks at what its search finds', async () => {
  const records = recordsOfShop()
  const other = early({ where: 'service:other' })
  const store = await judgeAll(createMemoryStore(Date.now), batchesOf(records, 50), other)
  expect(await store.warnings(10)).toEqual([])
})

test('a process that ends at any batch and one that goes on from what is stored tell the same, byte for byte', async () => {
  const records = recordsOfShop()
  const wanted = await outcomeOf(await judgeAll(createMemoryStore(Date.now), batchesOf(records, 7)))
  const next = createNumbers(7)
  const store = createMemoryStore(Date.now)
  let ends = 0
  for (let at = 0; at < records.length; ) {
    // Another one: it knows what is stored, and nothing else.
    const runner = runnerOf(store)
    at = (await runner.positionOf('p')) ?? 0
    let left = Math.floor(next() * 60)
    for (const batch of batchesOf(records, 7, at)) {
      await runner.take(batch)
      at = batch.offsets!.after
      if (left-- === 0) break
    }
    ends++
  }
  expect(ends).toBeGreaterThan(20)
  expect(await outcomeOf(store)).toBe(wanted)
})

test('what is stored goes on where it stood, less often than it is asked for', async () => {
  const store = createMemoryStore(Date.now)
  let stores = 0
  const counting: AlertStore = {
    ...store,
    commit(commit) {
      if (commit.watch) stores++
      return store.commit(commit)
    },
  }
  const records = recordsOfShop()
  const batches = [...batchesOf(records, 3)]
  await judgeAll(counting, batches)
  expect(batches.length).toBeGreaterThan(6 * shop.minutes)
  expect(stores).toBeLessThanOrEqual(shop.minutes + 2)
  expect(stores).toBeGreaterThan(shop.minutes - 5)
})

test('a batch that could not be stored is counted once when it comes again, with and without offsets', async () => {
  const records = recordsOfShop()
  for (const hasOffsets of [true, false]) {
    const strip = ({ offsets, ...batch }: RecordBatch): RecordBatch =>
      hasOffsets ? { ...batch, ...(offsets && { offsets }) } : batch
    const batches = [...batchesOf(records, 20)].map(strip)
    const wanted = await outcomeOf(await judgeAll(createMemoryStore(Date.now), batches))
    const store = createMemoryStore(Date.now)
    const next = createNumbers(3)
    const failing: AlertStore = {
      ...store,
      commit: (commit) => (next() < 0.5 ? Promise.reject(new Error('full')) : store.commit(commit)),
    }
    const runner = runnerOf(failing)
    for (const batch of batches) {
      for (;;) {
        const result = await runner.take(batch).catch(() => 'again')
        if (result === 'done') break
      }
    }
    expect(await outcomeOf(store)).toBe(wanted)
  }
})

test('a replay tells the same warnings and alerts', async () => {
  const records = recordsOfShop()
  const store = await judgeAll(createMemoryStore(Date.now), batchesOf(records, 50))
  const replay = await replayRecords(
    early(),
    (async function* () {
      yield records
    })(),
  )
  expect(JSON.stringify(replay.alerts)).toBe(JSON.stringify((await store.history(10)).toReversed()))
  expect(replay.alerts).toHaveLength(1)
})

test('jobs that wait longer and longer are told by their spans', async () => {
  const next = createNumbers()
  const spans: AlertRecord[] = []
  for (let minute = 0; minute < 260; minute++) {
    for (let i = 0; i < 10; i++) {
      const endMs = startMs + minute * minuteMs + i * 6000
      const waitMs = 20 * (0.5 + next()) * (minute < 200 ? 1 : 1.3 ** (minute - 200))
      const span = {
        ...{ traceId: endMs.toString(16).padStart(32, '0'), spanId: '00f067aa0ba902b7', traceState: '' },
        ...{ parentSpanId: '', flags: 0, name: 'process mail', kind: 5 },
        startTimeUnixNano: BigInt(endMs - 50) * 1_000_000n,
        endTimeUnixNano: BigInt(endMs) * 1_000_000n,
        attributes: { 'messaging.destination.name': 'mail', 'bullmq.job.wait_ms': waitMs },
        ...{ droppedAttributesCount: 0, events: [], droppedEventsCount: 0, links: [], droppedLinksCount: 0 },
        status: { code: 0, message: '' },
      }
      const scope = { name: '', version: '', attributes: {}, droppedAttributesCount: 0 }
      const resource = { attributes: { 'service.name': 'mailer' }, droppedAttributesCount: 0 }
      spans.push(
        ...spanRecordsOf([
          { resource, schemaUrl: '', scopeSpans: [{ scope, schemaUrl: '', spans: [span] }] },
        ]),
      )
    }
  }
  const other = readRules([{ id: 'any', type: 'any', realert: 0 }], String, []).rules
  const rules = [...early(), ...other]
  const store = await judgeAll(createMemoryStore(Date.now), batchesOf(spans, 30), rules)
  const [alert, ...more] = await store.history(10)
  // No other rule looks at spans.
  expect(more).toEqual([])
  expect(alert!.observation.warning!.changes[0]).toMatchObject({ of: 'queue', name: 'mail', field: 'wait' })
  expect(alert!.lines[0]).toMatchObject({ service: 'mailer', text: 'process mail took 50 ms' })
})

test('in several partitions the first that finds it tells of a service; the others are too soon after it', async () => {
  const records = recordsOfShop()
  const store = createMemoryStore(Date.now)
  const runner = runnerOf(store)
  const positions = [0, 0]
  for (let at = 0; at < records.length; at += 20) {
    const [even, odd] = [0, 1].map((rest) =>
      records.slice(at, at + 20).filter(({ unixMs }) => unixMs % 2 === rest),
    )
    for (const [index, own] of [even!, odd!].entries()) {
      const first = positions[index]!
      positions[index] = first + own.length
      await runner.take({
        ...{ partition: `p${index}`, records: own },
        offsets: { first, after: first + own.length },
      })
    }
  }
  expect((await store.history(10)).map(({ group }) => group)).toEqual([{ service: 'shop' }])
  const { counts } = await store.explain(10)
  expect(counts.get('early')).toEqual(
    new Map([
      ['fired', 1],
      ['cooling', 1],
    ]),
  )
  expect(await store.warnings(10)).toHaveLength(2)
})
