import { readFileSync } from 'node:fs'
import type { Exporter } from '@clew/pipeline'
import { formatMistake, kafkaVariableOf, printableValue, readKafkaSecurity } from '@clew/settings'
import { remedyOf } from './failures.ts'
import { type KafkaOptions, type KafkaSettings, kafkaOptions } from './options.ts'

/** Whoever reads a topic reads it as it comes: brokers take small requests, and are kept from many. */
const maxDelayMs = 250

/**
 * Log records to a topic of Kafka, keyed by trace id. `CLEW_KAFKA_BROKERS`, or `kafka.brokers` in clew.yaml, starts it. Its client
 * runs in a thread of its own.
 */
export const kafkaExporter: Exporter = {
  name: 'kafka',
  options: kafkaOptions,
  open(given, { createThreadSender, say }) {
    const kafka = given as KafkaOptions
    const { brokers, topic, format, compression, clientId, user, password, clientCertificate } = kafka
    if (brokers.length === 0) return undefined
    const wrong = brokers.find((broker) => !/^[^\s:/]+:\d{1,5}$|^\[[\da-f:]+\]:\d{1,5}$/i.test(broker))
    if (wrong !== undefined)
      return `CLEW_KAFKA_BROKERS: ${printableValue(wrong)} is no broker; write host:port,host:port; in force: nothing is sent to Kafka`
    const { security, mistakes } = readKafkaSecurity(kafka, kafkaVariableOf, (path) =>
      readFileSync(path, 'utf8'),
    )
    // What the brokers refuse for it waits, and is sent by the next process with the right one.
    for (const mistake of mistakes) say('CLEW_CONFIG', `${formatMistake(mistake)}; in force: it is left out`)
    const data: KafkaSettings = { brokers, topic, format, compression, clientId, security }
    return {
      name: 'kafka',
      shownAs: `Kafka ${brokers.join(',')} (${topic})`,
      identity: [brokers.toSorted(), topic, user, clientCertificate],
      maxDelayMs,
      createSender: () =>
        createThreadSender({
          file: new URL('./kafka-thread.js', import.meta.url),
          data,
          receiver: { signal: 'logs', url: '', headers: { password }, remedyOf },
          say,
        }),
    }
  },
}
