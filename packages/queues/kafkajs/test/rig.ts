import { startInstrumentation } from '@clew/core'
import { type RecordedSpan, recordLogs, recordSpans } from '@clew/testing'
import type { Kafka, KafkaConfig } from 'kafkajs'
import { startKafka } from '../../../../scripts/services.ts'
import { kafkajsInstrumentation } from '../src/index.ts'
import { kindsOf } from './kafka-rig.ts'

export type KafkaJs = {
  Kafka: new (config: KafkaConfig) => Kafka
  logLevel: { NOTHING: number }
  Partitioners: typeof import('kafkajs').Partitioners
}
export const versions = [
  ['kafkajs 2.2', () => import('kafkajs').then(({ default: library }) => library as unknown as KafkaJs)],
  [
    'kafkajs 2.0',
    () => import('kafkajs-floor').then(({ default: library }) => library as unknown as KafkaJs),
  ],
] as const

export type Given = Parameters<
  typeof startInstrumentation<NonNullable<typeof kafkajsInstrumentation.options>>
>[1]
export type Rig = Awaited<ReturnType<typeof openRig>>

/** Kafka, a client of this version with the instrumentation, and what they tell. */
export async function openRig(load: () => Promise<KafkaJs>) {
  const server = await startKafka()
  const spans = recordSpans()
  const logs = recordLogs()
  let stop = startInstrumentation(kafkajsInstrumentation)
  const { Kafka, logLevel, Partitioners } = await load()
  process.env.KAFKAJS_NO_PARTITIONER_WARNING = '1'
  const client = (): Kafka =>
    new Kafka({
      ...{ clientId: 'shop', brokers: [server.url], logLevel: logLevel.NOTHING },
      retry: { initialRetryTime: 50, retries: 3 },
    })
  const kafka = client()
  const admin = kafka.admin()
  await admin.connect()
  const closing: (() => Promise<void>)[] = []
  let topics = 0
  return {
    spans,
    logs,
    Partitioners,
    client,
    /** Starts the instrumentation again, with these options. */
    restart(given: Given) {
      stop()
      stop = startInstrumentation(kafkajsInstrumentation, given)
    },
    stop: () => stop(),
    async topic(numPartitions = 1): Promise<string> {
      const topic = `t${process.pid}-${Date.now().toString(36)}-${topics++}`
      await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true })
      return topic
    },
    async producer(options: object = {}) {
      const producer = client().producer(options)
      await producer.connect()
      closing.push(() => producer.disconnect())
      return producer
    },
    /** A consumer of all that was and will be sent to the topic. */
    async consumer(topic: string, run: import('kafkajs').ConsumerRunConfig) {
      const consumer = client().consumer({ groupId: `g-${topic}`, maxWaitTimeInMs: 50 })
      closing.push(() => consumer.disconnect())
      await consumer.connect()
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      await consumer.run(run)
      return consumer
    },
    /** Ends the clients of one test. */
    async rest() {
      for (const close of closing.splice(0)) await close()
      spans.clear()
    },
    async close() {
      for (const end of closing.splice(0)) await end()
      await admin.disconnect()
      stop()
      logs.stop()
      spans.stop()
      await server.stop()
    },
  }
}

/** Resolves with what came, when that many have. */
export function collect<T>(count: number): { take(value: T): void; done: Promise<T[]> } {
  const taken: T[] = []
  let resolve = (_: T[]): void => {}
  const done = new Promise<T[]>((fulfil) => {
    resolve = fulfil
  })
  return {
    take: (value) => {
      if (taken.push(value) === count) resolve(taken)
    },
    done,
  }
}

/** The spans, once that many messages or batches were worked on. */
export function ended(rig: Rig, consumers: number): Promise<RecordedSpan[]> {
  return rig.spans.waitFor((spans) => kindsOf(spans, 'consumer').length >= consumers, 60_000)
}
