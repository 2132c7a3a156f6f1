import type { Outcome } from '@clew/pipeline'
import { describeKafkaFailure, kafkaVariableOf, remedyOfKafkaFailure } from '@clew/settings'

/** What a failed request means. All but what is too large may be repaired on the other side, so it is tried again. */
export function outcomeOf(error: unknown, topic: string, closedBy: unknown): Outcome {
  const { isTooLarge, reason } = describeKafkaFailure(error, topic, closedBy)
  return isTooLarge ? { kind: 'too-large' } : { kind: 'retry', reason }
}

/** What helps against a failure. */
export function remedyOf(failure: string): string {
  if (/no client of Kafka/.test(failure))
    return 'npm install @platformatic/kafka, or kafkajs on a Node.js before 22.22'
  if (/CLEW_KAFKA_COMPRESSION/.test(failure)) return 'Or npm install @platformatic/kafka'
  return remedyOfKafkaFailure(failure, kafkaVariableOf)
}
