import { onTestFinished } from 'vitest'
import type { KafkaSourceOptions } from '../src/sources/kafka-partition.ts'
import { kafkaSource } from '../src/sources/kafka-source.ts'

/** What was said for the operator, which partitions are known, and the bodies of what was read. */
export type Reading = { said: string[]; known: string[]; read: string[] }

/** Reads a topic in this process until the test ends, by a group of its own, with a store that keeps nothing. */
export function startReading(
  broker: string,
  topic: string,
  options: Partial<KafkaSourceOptions> = {},
): Reading {
  const reading: Reading = { said: [], known: [], read: [] }
  const source = kafkaSource({
    ...{ brokers: [broker], topic, group: `g-${Math.random()}`, begin: 'earliest', now: Date.now },
    ...{ report: (line) => reading.said.push(line), ...options },
  })
  const running = source.run({
    ...{ reachMs: 1000, assign: async () => undefined, revoke: async () => {}, pass: async () => 'done' },
    know: (partitions) => {
      reading.known = [...partitions]
    },
    take: async ({ records }) => {
      reading.read.push(...records.map(({ body }) => String(body)))
      return 'done'
    },
  })
  onTestFinished(async () => {
    await source.close()
    await running
  })
  return reading
}
