import type { Outcome } from '@clew/pipeline'

/** Of both clients: errors of errors, with Kafka's name of the error in one of these fields. */
type KafkaError = {
  message?: unknown
  errors?: unknown
  cause?: unknown
  apiId?: unknown
  type?: unknown
  code?: unknown
  name?: unknown
  serverErrorMessage?: unknown
}

const tooLarge = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']
const noTopic = ['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID', 'INVALID_TOPIC_EXCEPTION']
const notAllowed = ['TOPIC_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED']
const notKnown = [
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'ILLEGAL_SASL_STATE',
  'PLT_KFK_AUTHENTICATION',
  'KafkaJSSASLAuthenticationError',
]

/** What a failed request means. All but what is too large may be repaired on the other side, so it is tried again. */
export function outcomeOf(error: unknown, topic: string): Outcome {
  const parts = partsOf(error)
  const names = parts.flatMap(({ apiId, type, code, name }) => [apiId, type, code, name])
  const has = (wanted: readonly string[]): string | undefined => wanted.find((name) => names.includes(name))
  if (has(tooLarge)) return { kind: 'too-large' }
  const why = reasonOf(parts)
  const refusal = has(notKnown)
  if (refusal !== undefined)
    return { kind: 'retry', reason: `the brokers do not take user and password: ${why}` }
  const denial = has(notAllowed)
  if (denial !== undefined)
    return { kind: 'retry', reason: `the user may not write to topic "${topic}" (${denial})` }
  // @platformatic/kafka keeps no name of the error when the metadata of a topic are not there (2.12).
  const absence = has(noTopic) ?? (/^unknown topic/i.test(why) ? 'UNKNOWN_TOPIC_OR_PARTITION' : undefined)
  if (absence !== undefined) return { kind: 'retry', reason: `there is no topic "${topic}" (${absence})` }
  return { kind: 'retry', reason: why }
}

/** What helps against a failure. */
export function remedyOf(failure: string): string {
  if (/no client of Kafka/.test(failure))
    return 'npm install @platformatic/kafka, or kafkajs on a Node.js before 22.22'
  if (/CLEW_KAFKA_COMPRESSION/.test(failure)) return 'Or npm install @platformatic/kafka'
  if (/may not write/.test(failure)) return 'Give the user the right to write there, or set CLEW_KAFKA_TOPIC'
  if (/no topic/.test(failure))
    return 'Make the topic (kafka-topics.sh --create --topic …), or set CLEW_KAFKA_TOPIC'
  if (/user and password/.test(failure))
    return 'Check CLEW_KAFKA_USER, CLEW_KAFKA_PASSWORD and CLEW_KAFKA_MECHANISM'
  if (/certificate|self-signed|CERT_|SSL|TLS/i.test(failure)) return 'Check CLEW_KAFKA_TLS and CLEW_KAFKA_CA'
  return 'Start the brokers, or set CLEW_KAFKA_BROKERS'
}

/** The error and all errors in it, the outermost first. */
function partsOf(error: unknown, depth = 0): KafkaError[] {
  if (typeof error !== 'object' || error === null || depth > 5) return []
  const { errors, cause } = error as KafkaError
  const inner = [...(Array.isArray(errors) ? errors : []), cause]
  return [error as KafkaError, ...inner.flatMap((one) => partsOf(one, depth + 1))]
}

/** The innermost says what it is about, those around it only where it was met. */
function reasonOf(parts: readonly KafkaError[]): string {
  const { message, code } = parts.at(-1) ?? {}
  const text = String(message ?? '').split('\n')[0]
  return text || String(code ?? 'unknown error')
}
