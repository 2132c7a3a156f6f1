import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeLogsRequest } from '@clew/otlp'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { Admin, Consumer } from '@platformatic/kafka'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Service, startKafka } from '../../../scripts/services.ts'
import { type AppOptions, type Ending, killApps, preload, runApp, startApp } from './app-process.ts'

const cwd = join(import.meta.dirname, 'fixtures/kafka')
const folder = mkdtempSync(join(tmpdir(), 'clew-kafka-'))
let kafka: Service
let receiver: OtlpReceiver
let admin: Admin
beforeAll(async () => {
  ;[kafka, receiver] = await Promise.all([startKafka(), startOtlpReceiver()])
  admin = new Admin({ clientId: 'test', bootstrapBrokers: [kafka.url] })
})
afterAll(async () => {
  killApps()
  await admin.close()
  await Promise.all([kafka.stop(), receiver.close()])
  rmSync(folder, { recursive: true })
})

async function newTopic(name: string): Promise<string> {
  const topic = `${name}-${Date.now()}`
  await admin.createTopics({ topics: [topic], partitions: 2 })
  return topic
}

const appOptions = (args: readonly string[], env: NodeJS.ProcessEnv): AppOptions => ({
  ...{ cwd, args: [...preload, 'app.cjs', ...args] },
  env: {
    ...{ CLEW_QUIET: '1', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
    ...{ CLEW_KAFKA_BROKERS: kafka.url, ...env },
  },
})

const run = (args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ending> =>
  runApp(appOptions(args, env))

/** Orders in a topic, each once. */
async function ordersIn(topic: string, count: number): Promise<number[]> {
  const consumer = new Consumer({ clientId: 'test', bootstrapBrokers: [kafka.url], groupId: topic })
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false })
  const orders = new Set<number>()
  for await (const { value } of stream) {
    for (const { scopeLogs } of decodeLogsRequest(value))
      for (const { logRecords } of scopeLogs)
        for (const { attributes } of logRecords) orders.add(Number(attributes.order))
    if (orders.size >= count) break
  }
  await consumer.close(true)
  return [...orders].toSorted((a, b) => a - b)
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1)

/** An application that lives until its orders are in the topic. Gives those, and how it ended. */
async function ordersOf(
  count: number,
  env: NodeJS.ProcessEnv & { CLEW_KAFKA_TOPIC: string },
  wanted: number,
): Promise<{ orders: number[]; end: Ending }> {
  const app = await startApp(appOptions(['stay', String(count)], env))
  const orders = await ordersIn(env.CLEW_KAFKA_TOPIC, wanted)
  app.kill('SIGTERM')
  return { orders, end: await app.ended }
}

test('what an application logs is in the topic as well', async () => {
  const ClewKafkaTopic = await newTopic('both')
  const { orders, end } = await ordersOf(30, { CLEW_KAFKA_TOPIC: ClewKafkaTopic, CLEW_QUIET: '0' }, 30)
  expect([orders, end.signal, end.stderr]).toEqual([
    upTo(30),
    'SIGTERM',
    expect.stringMatching(
      new RegExp(
        `^\\[clew\\] shop-with-kafka: joins [^\\n]+; logs to Kafka ${kafka.url} \\(${ClewKafkaTopic}\\)\\n$`,
      ),
    ),
  ])
  await receiver.waitForLogs((logs) => logs.length >= 30, 30_000)
  // Its client is joined, and what Clew sends by it makes no spans.
  expect([/joins [^;]*platformatic-kafka/.test(end.stderr), receiver.spans]).toEqual([true, []])
})

test('a level and a search say what goes there, and nothing else has to be sent', async () => {
  const env = { OTEL_LOGS_EXPORTER: 'none' }
  const ClewKafkaTopic = await newTopic('failed')
  const failed = await ordersOf(
    12,
    { ...env, CLEW_KAFKA_TOPIC: ClewKafkaTopic, CLEW_KAFKA_LEVEL: 'error' },
    4,
  )
  const where = { CLEW_KAFKA_TOPIC: await newTopic('found'), CLEW_KAFKA_WHERE: 'order>4 -status:500' }
  const found = await ordersOf(12, { ...env, ...where }, 5)
  expect([failed.orders, found.orders]).toEqual([
    [3, 6, 9, 12],
    [5, 7, 8, 10, 11],
  ])
})

test('the OTLP receiver has a level and a search of its own', async () => {
  const ClewKafkaTopic = await newTopic('apart')
  const env = {
    CLEW_KAFKA_TOPIC: ClewKafkaTopic,
    OTEL_SERVICE_NAME: 'apart',
    CLEW_LOGS_LEVEL: 'error',
    CLEW_LOGS_WHERE: 'order>5',
  }
  const { orders } = await ordersOf(12, env, 12)
  const of = () => receiver.logs.filter(({ resource }) => resource['service.name'] === 'apart')
  await receiver.waitForLogs(() => of().length >= 3, 30_000)
  expect([orders, of().map(({ attributes }) => attributes.order)]).toEqual([upTo(12), [6, 9, 12]])
})

test('what is logged before process.exit() is sent in its time, or by the next process', async () => {
  const env = { CLEW_KAFKA_TOPIC: await newTopic('exit'), CLEW_SPOOL_DIR: join(folder, 'exit') }
  expect(await run(['exit', '20'], env)).toEqual({ code: 3, signal: null, stdout: '', stderr: '' })
  expect((await ordersOf(0, env, 20)).orders).toEqual(upTo(20))
})

test('brokers that are away hold no process', async () => {
  const topic = await newTopic('away')
  const env = { CLEW_KAFKA_TOPIC: topic, CLEW_SPOOL_DIR: join(folder, 'away'), OTEL_LOGS_EXPORTER: 'none' }
  const { code, stderr } = await run(['drain', '20'], { ...env, CLEW_KAFKA_BROKERS: '127.0.0.1:1' })
  const told = `[clew] CLEW_EXPORT_FAILED: cannot send logs to Kafka 127.0.0.1:1 (${topic}): connect ECONNREFUSED 127.0.0.1:1; they wait and are sent again. Start the brokers, or set CLEW_KAFKA_BROKERS\n`
  // The process may end before the thread has tried.
  expect(code).toBe(0)
  expect(['', told]).toContain(stderr)
})

test('mistakes are said with their place, and the application runs', async () => {
  const { code, stderr } = await run(['drain', '1'], {
    ...{ CLEW_KAFKA_BROKERS: 'b', CLEW_KAFKA_LEVEL: 'loud', CLEW_KAFKA_TOPICS: 'x' },
  })
  expect([code, stderr.split('\n')]).toEqual([
    0,
    [
      '[clew] CLEW_CONFIG: CLEW_KAFKA_LEVEL: "loud" is unknown; write trace, debug, info, warn, error or fatal; in force: trace',
      '[clew] CLEW_CONFIG: CLEW_KAFKA_TOPICS: nothing of that name can be configured; write CLEW_KAFKA_TOPIC',
      '[clew] CLEW_CONFIG: CLEW_KAFKA_BROKERS: "b" is no broker; write host:port,host:port; in force: nothing is sent to Kafka',
      '',
    ],
  ])
  const where = await run(['drain', '1'], {
    ...{ CLEW_KAFKA_BROKERS: '127.0.0.1:1', CLEW_KAFKA_WHERE: 'level:wran', CLEW_SPOOL_DIR: 'off' },
  })
  expect(where.stderr.split('\n')[0]).toBe(
    '[clew] CLEW_CONFIG: CLEW_KAFKA_WHERE: character 1: level "wran" is unknown; did you mean "warn"? Levels are trace, debug, info, warn, error, fatal; in force: all records',
  )
})
