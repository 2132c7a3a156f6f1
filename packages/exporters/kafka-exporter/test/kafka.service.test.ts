import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kafkaExporter } from '@clew/kafka-exporter'
import { createThreadSender } from '@clew/pipeline'
import { Admin } from '@platformatic/kafka'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type KafkaService, startBroker } from '../../../../scripts/kafka.ts'
import { openKafkajs } from '../src/client.ts'
import type { KafkaOptions } from '../src/options.ts'
import {
  bodiesOf,
  defaults,
  readTopic as readFrom,
  type Started,
  startKafkaPipeline,
  trace,
} from './kafka-pipeline.ts'

let kafka: KafkaService
let admin: Admin
const folder = mkdtempSync(join(tmpdir(), 'clew-kafka-exporter-'))
beforeAll(async () => {
  kafka = await startBroker()
  admin = new Admin({ clientId: 'test', bootstrapBrokers: [kafka.url] })
})
afterAll(async () => {
  await admin.close()
  await kafka.stop()
  rmSync(folder, { recursive: true })
})

const readTopic = (topic: string, count: number) => readFrom(kafka.url, topic, count)

const start = (options: Partial<KafkaOptions>, spool: string): Started =>
  startKafkaPipeline({ brokers: [kafka.url], ...options }, join(folder, spool))

test('each trace of a batch is a message with its id as the key, and one trace has one partition', async () => {
  await admin.createTopics({ topics: ['proto'], partitions: 4 })
  const { pipeline, reports, log } = start({ topic: 'proto' }, 'proto')
  for (let n = 0; n < 30; n++) log(trace(1 + (n % 10)), `${n}`)
  await pipeline.flush()
  for (let n = 30; n < 60; n++) log(trace(1 + (n % 10)), `${n}`)
  await pipeline.stop()
  expect([reports, pipeline.counters().kafka]).toEqual([
    [],
    { accepted: 60, delivered: 60, rejected: 0, dropped: 0, spooled: 0, replayed: 0, expired: 0 },
  ])
  const read = await readTopic('proto', 20)
  const keys = [...new Set(read.map(({ key }) => key))]
  expect(keys.toSorted()).toEqual(Array.from({ length: 10 }, (_, n) => trace(n + 1)).toSorted())
  for (const key of keys) {
    const messages = read.filter((one) => one.key === key)
    expect(new Set(messages.map(({ partition }) => partition)).size).toBe(1)
    const first = Number.parseInt(key!, 16) - 1
    expect(messages.flatMap(bodiesOf)).toEqual([0, 10, 20, 30, 40, 50].map((more) => String(first + more)))
  }
})

test('as flat JSON each record is a message, one without a trace has no key', async () => {
  await admin.createTopics({ topics: ['flat'], partitions: 1 })
  const { pipeline, log } = start({ topic: 'flat', format: 'json', compression: 'zstd' }, 'flat')
  log(trace(7), 'payment_failed')
  log('', 'started')
  await pipeline.stop()
  const read = await readTopic('flat', 2)
  const ts = expect.stringMatching(/^\d{4}-.*Z$/)
  expect(read.map(({ key, value }) => [key, JSON.parse(value.toString())])).toEqual([
    [
      trace(7),
      {
        ...{ ts, level: 'info', service: 'shop', message: 'payment_failed' },
        ...{ trace_id: trace(7), span_id: '1'.repeat(16) },
      },
    ],
    [undefined, { ts, level: 'info', service: 'shop', message: 'started' }],
  ])
})

test('a topic that is not there is said with the remedy, and gets its records when it is', async () => {
  const { pipeline, reports, log } = start({ topic: 'later' }, 'later')
  log(trace(1), 'early')
  await expect.poll(() => reports.length, { timeout: 30_000 }).toBe(1)
  expect(reports[0]).toBe(
    `CLEW_EXPORT_FAILED cannot send logs to Kafka ${kafka.url} (later): there is no topic "later" (UNKNOWN_TOPIC_OR_PARTITION); they wait and are sent again. Make the topic (kafka-topics.sh --create --topic …), or set CLEW_KAFKA_TOPIC`,
  )
  await admin.createTopics({ topics: ['later'], partitions: 1 })
  await expect.poll(() => pipeline.counters().kafka?.delivered, { timeout: 60_000 }).toBe(1)
  await pipeline.stop()
  expect((await readTopic('later', 1)).flatMap(bodiesOf)).toEqual(['early'])
})

test('a record that is larger than brokers take is said and counted, the others arrive', async () => {
  await admin.createTopics({
    topics: ['small'],
    partitions: 1,
    configs: [{ name: 'max.message.bytes', value: '20000' }],
  })
  const { pipeline, reports, log } = start({ topic: 'small', compression: 'none' }, 'small')
  log(trace(1), 'first')
  log(trace(2), 'x'.repeat(25_000))
  log(trace(3), 'last')
  await pipeline.stop()
  const { kafka: counters } = pipeline.counters()
  expect([counters?.delivered, counters?.rejected, reports[0]?.slice(0, 50)]).toEqual([
    ...[2, 1],
    `CLEW_RECORD_TOO_LARGE Kafka ${kafka.url} (small) takes no`.slice(0, 50),
  ])
})

test('brokers that are killed cost nothing: records wait on disk, the next process sends what one left', async () => {
  await admin.createTopics({ topics: ['killed'], partitions: 2 })
  const first = start({ topic: 'killed' }, 'killed')
  for (let n = 0; n < 50; n++) first.log(trace(n + 1), `${n}`)
  await first.pipeline.flush()
  await kafka.kill()
  for (let n = 50; n < 100; n++) first.log(trace(n + 1), `${n}`)
  await expect.poll(() => first.reports.length, { timeout: 60_000 }).toBe(1)
  expect(first.reports[0]).toMatch(/Start the brokers, or set CLEW_KAFKA_BROKERS$/)
  await first.pipeline.stop(100)
  expect(first.pipeline.counters().kafka).toMatchObject({ accepted: 100, delivered: 50, spooled: 50 })
  await kafka.restart()
  const second = start({ topic: 'killed' }, 'killed')
  await expect.poll(() => second.pipeline.counters().kafka?.replayed, { timeout: 60_000 }).toBe(50)
  await second.pipeline.stop()
  const bodies = new Set((await readTopic('killed', 100)).flatMap(bodiesOf))
  expect(bodies.size).toBe(100)
})

test('kafkajs sends the same', async () => {
  await admin.createTopics({ topics: ['by-kafkajs'], partitions: 1 })
  const settings = { ...defaults, brokers: [kafka.url], topic: 'by-kafkajs', security: {} }
  const { send, close } = await openKafkajs(settings, undefined)
  await send([
    { key: Buffer.from(trace(1)), value: Buffer.from('a') },
    { key: undefined, value: Buffer.from('b') },
  ])
  await close()
  const read = await readTopic('by-kafkajs', 2)
  expect(read.map(({ key, value }) => [key, value.toString()])).toEqual([
    [trace(1), 'a'],
    [undefined, 'b'],
  ])
})

test('without brokers there is no destination, and one that is no broker is said', () => {
  const tools = { createThreadSender, say: () => {} }
  expect([
    kafkaExporter.open(defaults, tools),
    kafkaExporter.open({ ...defaults, brokers: ['kafka://b'] }, tools),
  ]).toEqual([
    undefined,
    'CLEW_KAFKA_BROKERS: a text of 9 characters is no broker; write host:port,host:port; in force: nothing is sent to Kafka',
  ])
})
