import { expect, test } from 'vitest'
import { createEngine } from '../engine/engine.ts'
import type { AlertRecord } from '../engine/record.ts'
import { readRules } from '../rules/read-rules.ts'
import { createMemoryStore } from '../store/memory-store.ts'
import type { AlertStore } from '../store/store.ts'
import { createRunner, type Runner } from './runner.ts'

const windowMs = 60_000
const threshold = 5
const rule = {
  id: 'r',
  type: 'frequency',
  threshold,
  window: '1m',
  late: '10m',
  realert: 0,
  group_by: 'user',
}

function engineWith(given: object) {
  const { rules, mistakes } = readRules([given], String, [])
  expect(mistakes).toEqual([])
  return createEngine(rules)
}

/** Numbers from a seed, so that a failure can be repeated. https://en.wikipedia.org/wiki/Linear_congruential_generator */
function randomOf(seed: number): (below: number) => number {
  let state = (seed * 2654435761 + 1) >>> 0
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function recordAt(unixMs: number, user: string): AlertRecord {
  const none = {
    severityNumber: 17,
    service: '',
    eventName: '',
    traceId: '',
    spanId: '',
    body: '',
    resource: {},
  }
  return { ...none, attributes: { user }, weight: 1, folded: undefined, unixMs }
}

class Killed extends Error {}

/** A consumer that may die at any of its calls to the store, before it or after it. */
function mortal(store: AlertStore, dies: () => boolean): AlertStore {
  const wrap =
    <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      if (dies()) throw new Killed()
      const result = await call(...args)
      if (dies()) throw new Killed()
      return result
    }
  return { ...store, load: wrap(store.load), commit: wrap(store.commit), positionOf: wrap(store.positionOf) }
}

/** Four partitions, up to eight consumers, a quarter of the batches given again, every seventh consumer killed within one. */
async function crashRun(seed: number): Promise<{ counted: number; given: number; alerts: string[] }> {
  const random = randomOf(seed)
  const store = createMemoryStore(() => 0)
  const engine = engineWith(rule)
  const partitions = [0, 1, 2, 3].map((index) => ({
    name: `p${index}`,
    log: [] as AlertRecord[],
    committed: 0,
  }))
  const given = 150
  for (let i = 0; i < given; i++) {
    const partition = partitions[random(4)]!
    // Disorder of a minute within a partition, and partitions that are minutes apart.
    const unixMs = 1e12 + i * 2000 + random(60_000) + partitions.indexOf(partition) * 90_000
    partition.log.push(recordAt(unixMs, `u${random(3)}`))
  }
  const consumers = 1 + random(8)
  const runners: Runner[] = []
  const runnerOf = (): Runner => {
    const index = random(consumers)
    let lives = random(100) < 15 ? random(6) : Number.POSITIVE_INFINITY
    runners[index] ??= createRunner(
      engine,
      mortal(store, () => lives-- <= 0),
    )
    return runners[index]
  }
  for (let turns = 0; partitions.some(({ log, committed }) => committed < log.length); turns++) {
    expect(turns).toBeLessThan(10_000)
    const partition = partitions[random(4)]!
    const from = random(4) === 0 ? Math.max(0, partition.committed - random(20)) : partition.committed
    const records = partition.log.slice(from, from + 1 + random(10))
    const runner = runnerOf()
    if (random(3) === 0) runner.assign(partition.name)
    const after = from + records.length
    try {
      const result = await runner.take({
        partition: partition.name,
        records,
        offsets: { first: from, after },
      })
      // What Kafka is told comes afterwards, and is sometimes forgotten.
      if (result === 'done' && random(5) > 0) partition.committed = Math.max(partition.committed, after)
    } catch (error) {
      if (!(error instanceof Killed)) throw error
      runners.splice(runners.indexOf(runner), 1)
    }
  }
  const { counts } = await store.explain(0)
  const reasons = counts.get('r')!
  const counted =
    [...reasons.values()].reduce((sum, count) => sum + count, 0) - (reasons.get('resolved') ?? 0)
  const waiting = await store.take(10_000, 1)
  return { counted, given, alerts: waiting.map(({ alert }) => `${alert.id} ${alert.state} ${alert.times}`) }
}

const seeds = Number(process.env.CRASH_SEEDS ?? 200)

test('consumers that die in the middle of batches lose no record, count none twice, and tell no alert twice', async () => {
  let told = 0
  for (let seed = 1; seed <= seeds; seed++) {
    const { counted, given, alerts } = await crashRun(seed)
    expect([seed, counted]).toEqual([seed, given])
    expect(new Set(alerts).size).toBe(alerts.length)
    told += alerts.length
  }
  expect(told).toBeGreaterThan(seeds)
})

test('a window that is full according to its records is an alert, whatever died', async () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = randomOf(seed)
    const store = createMemoryStore(() => 0)
    const engine = engineWith(rule)
    const log = Array.from({ length: 100 }, () => recordAt(1e12 + random(600_000), 'u'))
    let committed = 0
    while (committed < log.length) {
      let lives = random(10)
      const runner = createRunner(
        engine,
        mortal(store, () => lives-- <= 0),
      )
      try {
        for (;;) {
          const records = log.slice(committed, committed + 7)
          if (records.length === 0) break
          await runner.take({
            partition: 'p',
            records,
            offsets: { first: committed, after: committed + records.length },
          })
          committed += records.length
        }
      } catch (error) {
        if (!(error instanceof Killed)) throw error
      }
    }
    const times = log.map(({ unixMs }) => unixMs).toSorted((a, b) => a - b)
    const isFull = times.some(
      (end, index) => index >= threshold - 1 && times[index - threshold + 1]! > end - windowMs,
    )
    const alerts = await store.take(1000, 1)
    expect([seed, alerts.length > 0]).toEqual([seed, isFull])
  }
})

test('groups that another process forgot make room for others', async () => {
  const store = { ...createMemoryStore(() => 0), isShared: true }
  const engine = engineWith({ ...rule, late: 0, max_groups: 5 })
  const [one, other] = [createRunner(engine, store), createRunner(engine, store)]
  one.assign('p')
  other.assign('q')
  for (let round = 0; round < 5; round++) {
    const ms = 1e12 + round * 600_000
    const records = [1, 2, 3, 4, 5, 6, 7].map((n) => recordAt(ms, `${round}-${n}`))
    await one.take({ partition: 'p', records })
    await other.pass('p', ms + 300_000)
    await other.pass('q', ms + 300_000)
    expect((await store.size()).cells).toBe(0)
  }
  expect([...(await store.explain(0)).counts.get('r')!]).toEqual([
    ['too many groups', 10],
    ['below', 25],
  ])
})

test('a record that is much too late, as of 1970, begins no window, however records come in batches', async () => {
  const spike = { id: 'r', type: 'spike', height: 2, window: '1m', at_least: 2 }
  const records = [1e12, 1000, 1e12 + 1, 1e12 + 2].map((ms) => recordAt(ms, 'u'))
  for (const size of [1, 2, 4]) {
    const store = createMemoryStore(() => 0)
    const runner = createRunner(engineWith(spike), store)
    for (let at = 0; at < records.length; at += size)
      await runner.take({ partition: 'p', records: records.slice(at, at + size) })
    expect([size, await store.history(10)]).toEqual([size, []])
  }
})

test('a partition whose clock was decades behind does not make the others wait', async () => {
  const ratio = { id: 'r', type: 'ratio', of: 'level>=error', window: '1m', above: 0.5, at_least: 2 }
  const store = createMemoryStore(() => 0)
  const runner = createRunner(engineWith(ratio), store)
  runner.assign('p')
  runner.assign('q')
  const nowMs = 1.7e12
  await runner.take({ partition: 'p', records: [recordAt(1_700_000_000, 'u')] })
  await runner.take({ partition: 'q', records: [recordAt(nowMs, 'u'), recordAt(nowMs + 1, 'u')] })
  await runner.take({ partition: 'p', records: [recordAt(nowMs + 2, 'u')] })
  await runner.pass('p', nowMs + 300_000)
  await runner.pass('q', nowMs + 300_000)
  expect((await store.history(10)).map(({ state }) => state)).toEqual(['resolved', 'firing'])
})

test('time that passes where nothing is due writes nothing', async () => {
  const store = createMemoryStore(() => 0)
  let commits = 0
  const counted: AlertStore = {
    ...store,
    commit: (commit) => {
      commits++
      return store.commit(commit)
    },
  }
  const alerts: string[] = []
  const runner = createRunner(engineWith({ ...rule, late: 0 }), counted, ({ state }) => alerts.push(state))
  const records = Array.from({ length: threshold }, (_, at) => recordAt(1e12 + at, 'u'))
  await runner.take({ partition: 'p', records })
  const before = commits
  for (let second = 1; second < 60; second++) await runner.pass('p', 1e12 + second * 1000)
  expect([commits, alerts]).toEqual([before, ['firing']])
  await runner.pass('p', 1e12 + 61_000)
  expect([commits, alerts]).toEqual([before + 2, ['firing', 'resolved']])
})

test('a clock that jumps a day ahead and back makes nothing late for a day, and what waits for silence goes on', async () => {
  const store = createMemoryStore(() => 0)
  const told: string[] = []
  const setBacks: number[] = []
  const { rules } = readRules(
    [
      { ...rule, late: '1s', realert: '5m' },
      { id: 'quiet', type: 'flatline', window: '1m', late: '1s', realert: '1h' },
    ],
    String,
    [],
  )
  const start = () =>
    createRunner(
      createEngine(rules),
      store,
      ({ rule: id, state, atUnixMs }) => told.push(`${(atUnixMs - startMs) / 1000}s ${id} ${state}`),
      (byMs) => setBacks.push(byMs),
    )
  const startMs = 1_764_000_000_000
  const day = 86_400_000
  const runner = start()
  const come = (one: Runner, second: number) => {
    const records = [recordAt(startMs + second * 1000, 'u')]
    return one.take({ partition: 'p', records, clocks: [startMs + (second - 2) * 1000] })
  }
  await come(runner, 0)
  await come(runner, 1)
  await runner.pass('p', startMs + day)
  expect(told.splice(0)).toEqual(['61s quiet firing', '82861s quiet firing'])
  await come(runner, 5)
  expect(setBacks).toEqual([day - 3000])
  for (const second of [6, 7, 8, 9]) await come(runner, second)
  expect(told).toEqual(['9s r firing'])
  for (let second = 10; second < 90; second++) await runner.pass('p', startMs + second * 1000)
  expect(told).toEqual(['9s r firing', '65s r resolved', '69s quiet firing'])
  await runner.pass('p', startMs + day)
  // Another process goes on with what this one stored.
  const next = start()
  await next.pass('p', startMs + 100_000)
  for (const second of [101, 102, 103, 104, 105]) await come(next, second)
  expect(told.at(-1)).toBe('105s r firing')
  expect(setBacks).toHaveLength(2)
})
