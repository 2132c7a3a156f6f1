import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Service, startRedis } from '../../../scripts/services.ts'
import { type AlertRecord, recordsOf } from '../src/engine/record.ts'
import { createAlertMetrics } from '../src/run/alert-metrics.ts'
import { startAlerting } from '../src/run/alerting.ts'
import { readAlertsFile } from '../src/run/alerts-file.ts'
import { createRedisStore } from '../src/store/redis-store.ts'
import { brewingMinutes, requestOf } from './brewing.ts'
import { fresh } from './stores.ts'

let service: Service
let redis: Redis
beforeAll(async () => {
  service = await startRedis()
  redis = new Redis(service.url)
})
afterAll(async () => {
  await redis.quit()
  await service.stop()
})

const minuteMs = 60_000
const startMs = Math.floor(Date.now() / minuteMs) * minuteMs - 400 * minuteMs
const cards = [
  ['visa', 'giro', 'cash'],
  ['amex', 'debit', 'cheque'],
] as const

/** One of several processes that judge partitions of a topic with the state of this prefix; it reads one of them. */
function startConsumer(prefix: string, partition: 0 | 1, report: (message: string) => void = expect.fail) {
  const client = new Redis(service.url)
  const yaml = 'rules: [{ id: soon, type: early, where: "*", learn: 1h, sure: 0.5 }]'
  const { file } = readAlertsFile(yaml, 'alerts.yaml', {})
  let nowMs = Date.now()
  const now = (): number => nowMs
  const metrics = createAlertMetrics(now)
  const store = createRedisStore(client, { prefix })
  const alerting = startAlerting({ file, store, metrics, now, random: Math.random, report })
  const name = `logs/${partition}`
  let first: number | undefined
  return {
    store,
    async take(records: readonly AlertRecord[]): Promise<void> {
      first ??= (await store.positionOf(name)) ?? 0
      const offsets = { first, after: first + records.length }
      first = offsets.after
      expect(await alerting.take({ partition: name, records, offsets })).toBe('done')
    },
    /** Gives and takes what was found; nobody waits for it. */
    async exchange(): Promise<void> {
      nowMs += 10_000
      await alerting.send()
    },
    async patterns(what: RegExp): Promise<{ id: string; text: string }[]> {
      const { values } = (await metrics.read()).find((metric) => metric.name === 'log_pattern_events_total')!
      const found = values.map(({ labels }) => ({ id: labels.pattern!, text: labels.template! }))
      return found.filter(({ text }) => what.test(text))
    },
    async fresh(level: string): Promise<number> {
      const { values } = (await metrics.read()).find((metric) => metric.name === 'log_pattern_new_total')!
      return values.find(({ labels }) => labels.level === level)!.value
    },
    async stop(): Promise<void> {
      await alerting.close(0)
      await client.quit()
    },
  }
}

type Consumer = ReturnType<typeof startConsumer>

/** A shop whose payments are tried again with one of three kinds of cards, and with the first ever more often. */
function minutesOf(partition: 0 | 1): AlertRecord[][] {
  const fromMinute = 120
  const minutes = brewingMinutes({ startMs, minutes: 150, fromMinute })
  let tries = 0
  return [...minutes].map((lines, minute) => {
    const own = lines.map((line) => {
      if (!line.body.endsWith('is tried again')) return line
      const card = cards[partition][minute < fromMinute ? tries++ % 3 : 0]
      return { ...line, body: `payment with ${card} is tried again` }
    })
    return recordsOf(requestOf(own, `shop-${partition}`))
  })
}

const linesOf = (bodies: readonly string[], severityNumber = 9): AlertRecord[] =>
  recordsOf(requestOf(bodies.map((body) => ({ ms: startMs, severityNumber, body }))))

/** Of the partitions' warnings the templates of payments, by their texts. */
async function warnedOf({ store }: Consumer): Promise<Map<string, string>> {
  const changes = (await store.warnings(100)).flatMap((warning) => warning.changes)
  const told = (await store.history(100)).flatMap(({ observation }) => observation.warning?.changes ?? [])
  const payments = [...changes, ...told].filter(
    ({ of, name }) => of === 'template' && /payment with/.test(name),
  )
  return new Map(payments.map(({ name, id }) => [name, id]))
}

/** Both until the second knows what the first found. */
async function judge(consumers: readonly [Consumer, Consumer], areShared: boolean): Promise<void> {
  const shops = [minutesOf(0), minutesOf(1)] as const
  for (const at of [0, 1] as const)
    for (const minute of shops[at].slice(0, 118)) await consumers[at].take(minute)
  const known = async () => {
    for (const consumer of consumers) await consumer.exchange()
    for (const at of [0, 1] as const) await consumers[at].take(shops[at][118]!)
    return Promise.all(consumers.map((consumer) => consumer.patterns(/^payment with/)))
  }
  if (areShared)
    await expect
      .poll(known, { timeout: 20_000 })
      .toSatisfy(([a, b]) => a.length === 1 && b.length === 1 && a[0].id === b[0].id)
  for (const at of [0, 1] as const)
    for (const minute of shops[at].slice(119)) await consumers[at].take(minute)
}

test('the warnings of two consumers have the same template ids when they share a state, and others when they do not', async () => {
  const shared = fresh()
  const together = [startConsumer(shared.prefix, 0), startConsumer(shared.prefix, 1)] as const
  await judge(together, true)
  const ids = await warnedOf(together[0])
  expect([...ids.keys()].toSorted()).toEqual([
    'payment with amex is tried again',
    'payment with visa is tried again',
  ])
  const [known] = await together[0].patterns(/^payment with/)
  expect(known!.text).toBe('payment with <*> is tried again')
  expect(new Set(ids.values())).toEqual(new Set([known!.id]))

  const alone = [startConsumer(fresh().prefix, 0), startConsumer(fresh().prefix, 1)] as const
  await judge(alone, false)
  const own = new Map([...(await warnedOf(alone[0])), ...(await warnedOf(alone[1]))])
  expect([...own.keys()].toSorted()).toEqual([...ids.keys()].toSorted())
  expect(new Set(own.values()).size).toBe(2)
  await Promise.all([...together, ...alone].map((consumer) => consumer.stop()))
})

test('a template that one consumer knows is not new to the other once they exchanged, nor after a restart', async () => {
  const { prefix, keys } = fresh()
  const greet = (names: readonly string[]) =>
    linesOf(names.map((name) => `hello ${name}, welcome back to us`))
  const names = [
    ['ann', 'bob', 'cid'],
    ['dan', 'eve', 'fay'],
  ] as const
  const consumers = [startConsumer(prefix, 0), startConsumer(prefix, 1)] as const
  const [one, two] = consumers
  await one.take([...greet(names[0]), ...linesOf(['order 1 failed'], 17)])
  await two.take(greet(names[1]))
  // Words of which each saw three are values to both when they have exchanged.
  const known = async (): Promise<string[]> => {
    for (const [at, consumer] of consumers.entries()) {
      await consumer.exchange()
      await consumer.take(greet(names[at as 0 | 1]))
    }
    const all = await Promise.all(consumers.map((consumer) => consumer.patterns(/^hello/)))
    return all.flat().map(({ text }) => text)
  }
  const general = 'hello <*>, welcome back to us'
  await expect.poll(known, { timeout: 20_000 }).toEqual([general, general])
  await two.take(linesOf(['order 2 failed', 'order 2 lost'], 17))
  expect([await one.fresh('error'), await two.fresh('error')]).toEqual([1, 1])
  expect((await two.patterns(/^order/)).map(({ text }) => text)).toEqual([
    'order <*> failed',
    'order <*> lost',
  ])
  await Promise.all(consumers.map((consumer) => consumer.stop()))
  const third = startConsumer(prefix, 0)
  await third.take(linesOf(['order 3 failed'], 17))
  expect([await third.fresh('error'), (await third.patterns(/^order/)).length]).toEqual([0, 1])
  await third.stop()
  await redis.del('', ...(await redis.keys(keys)))
})

test('what makes sharing impossible is told once, and stops nothing', async () => {
  const { prefix, keys } = fresh()
  await redis.set(`{${prefix}}:template`, 'of somebody else')
  const said: string[] = []
  const consumer = startConsumer(prefix, 0, (message) => void said.push(message))
  for (let minute = 0; minute < 3; minute++) {
    await consumer.take(linesOf([`order ${minute} stored`]))
    await consumer.exchange()
  }
  await expect.poll(() => said.length).toBe(1)
  expect(said[0]).toMatch(
    /^templates are not shared with other processes: .*WRONGTYPE.*; it is tried again$/s,
  )
  expect(await consumer.patterns(/order/)).toHaveLength(1)
  await consumer.stop()
  await redis.del('', ...(await redis.keys(keys)))
})
