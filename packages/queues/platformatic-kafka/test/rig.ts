import { startInstrumentation } from '@clew/core'
import { type RecordedSpan, recordLogs, recordSpans } from '@clew/testing'
import { startKafka } from '../../../../scripts/services.ts'
import { platformaticKafkaInstrumentation } from '../src/index.ts'

type Library = typeof import('@platformatic/kafka')

export const versions = [
  ['2.12', () => import('@platformatic/kafka')],
  ['2.2', () => import('platformatic-kafka-floor') as Promise<unknown> as Promise<Library>],
  ['1.35', () => import('platformatic-kafka-1') as Promise<unknown> as Promise<Library>],
] as const

export type Rig = Awaited<ReturnType<typeof openRig>>

/** Kafka, clients with the instrumentation, and what they tell. */
export async function openRig(load: () => Promise<Library>) {
  // Before the library is loaded: of an ES module that runs already nobody hears.
  let stop = startInstrumentation(platformaticKafkaInstrumentation)
  const library = await load()
  const { Admin, Consumer, Producer, stringDeserializers, stringSerializers } = library
  const server = await startKafka()
  const spans = recordSpans()
  const logs = recordLogs()
  const common = { clientId: 'shop', bootstrapBrokers: [server.url], retries: 3, retryDelay: 50 }
  const admin = new Admin(common)
  const closing: (() => Promise<void>)[] = []
  let topics = 0
  const rest = async (): Promise<void> => {
    for (const close of closing.splice(0)) await close()
    spans.clear()
  }
  return {
    spans,
    logs,
    library,
    stop: () => stop(),
    restart(
      given: Parameters<
        typeof startInstrumentation<NonNullable<typeof platformaticKafkaInstrumentation.options>>
      >[1] = {},
    ) {
      stop()
      stop = startInstrumentation(platformaticKafkaInstrumentation, given)
    },
    async topic(partitions = 1): Promise<string> {
      const topic = `p${process.pid}-${Date.now().toString(36)}-${topics++}`
      await admin.createTopics({ topics: [topic], partitions })
      return topic
    },
    producer(options: object = {}) {
      const producer = new Producer<string, string, string, string>({
        ...{ ...common, serializers: stringSerializers },
        ...options,
      })
      closing.push(() => producer.close(true))
      return producer
    },
    /** A stream of all that was and will be sent to the topic. */
    async stream(topic: string, choice: object = {}) {
      const consumer = new Consumer<string, string, string, string>({
        ...{ ...common, groupId: `g-${topic}`, deserializers: stringDeserializers, maxWaitTime: 50 },
        ...choice,
      })
      closing.push(() => consumer.close(true))
      return consumer.consume({ topics: [topic], mode: 'earliest', autocommit: true })
    },
    rest,
    async close() {
      await rest()
      await admin.close()
      stop()
      logs.stop()
      spans.stop()
      await server.stop()
    },
  }
}

export function named(spans: readonly RecordedSpan[], name: string): RecordedSpan {
  return spans.find((span) => span.name === name)!
}
