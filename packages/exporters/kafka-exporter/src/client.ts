import { kafkaClientSecurity, noteConnectionErrors } from '@clew/settings'
import type { KafkaSettings } from './options.ts'
import type { KafkaMessage } from './trace-messages.ts'

/** An idempotent producer. */
export type Producing = {
  /** Resolves when all replicas have all messages; rejects when any of them may be missing. */
  send(messages: readonly KafkaMessage[]): Promise<void>
  /** Why the last connection was closed, where its error does not say it. */
  closedBy(): unknown
  close(): Promise<void>
}

const connectTimeoutMs = 5_000
const requestTimeoutMs = 10_000
/** Beyond that the batch waits in the pipeline: its loop asks again, and its spool has room. */
const retries = 2

/** An idempotent producer of @platformatic/kafka, else of kafkajs. Rejects with the remedy when neither is installed. */
export async function openProducer(settings: KafkaSettings): Promise<Producing> {
  let platformatic: typeof import('@platformatic/kafka')
  try {
    platformatic = await import('@platformatic/kafka')
  } catch (error) {
    return openKafkajs(settings, error)
  }
  const { compatibilityPartitioner, Producer } = platformatic
  const { brokers, clientId, compression, topic, security } = settings
  let turn = 0
  const producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
    ...{ clientId, bootstrapBrokers: [...brokers], idempotent: true, compression },
    ...{ connectTimeout: connectTimeoutMs, requestTimeout: requestTimeoutMs, timeout: requestTimeoutMs },
    ...{ retries, retryDelay: 250, autocreateTopics: false },
    // As the Java client does, and the exporter of the Collector: a trace has one partition, whoever writes of it.
    partitioner: (message, key) => (key === undefined ? turn++ : compatibilityPartitioner(message, key)),
    ...kafkaClientSecurity(security, brokers),
  })
  return {
    closedBy: noteConnectionErrors(producer),
    close: () => producer.close(),
    async send(messages) {
      await producer.send({
        messages: messages.map(({ key, value }) => ({ topic, value, ...(key === undefined ? {} : { key }) })),
      })
    },
  }
}

/** Node.js before 22.22 has no @platformatic/kafka. */
export async function openKafkajs(
  { brokers, clientId, compression, topic, security: { tls, sasl } }: KafkaSettings,
  missing: unknown,
): Promise<Producing> {
  const { CompressionTypes, Kafka, logLevel } = await loadKafkajs(missing)
  if (compression !== 'gzip' && compression !== 'none')
    throw new Error(`kafkajs cannot compress by ${compression}; set CLEW_KAFKA_COMPRESSION to gzip or none`)
  const kafka = new Kafka({
    ...{ clientId, brokers: [...brokers], logLevel: logLevel.NOTHING },
    ...{ connectionTimeout: connectTimeoutMs, requestTimeout: requestTimeoutMs, retry: { retries } },
    ...(tls && { ssl: tls }),
    // Its types want a literal mechanism.
    ...(sasl && { sasl: sasl as { mechanism: 'plain'; username: string; password: string } }),
  })
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    retry: { retries },
  })
  return {
    closedBy: () => undefined,
    close: () => producer.disconnect(),
    async send(messages) {
      await producer.connect()
      await producer.send({
        ...{
          topic,
          acks: -1,
          compression: compression === 'gzip' ? CompressionTypes.GZIP : CompressionTypes.None,
        },
        messages: messages.map(({ key = null, value }) => ({ key, value })),
      })
    },
  }
}

async function loadKafkajs(missing: unknown): Promise<typeof import('kafkajs')> {
  try {
    const { default: kafkajs } = await import('kafkajs')
    return kafkajs
  } catch {
    const reason = missing instanceof Error ? missing.message.split('\n')[0] : String(missing)
    throw new Error(`no client of Kafka can be loaded (${reason})`)
  }
}
