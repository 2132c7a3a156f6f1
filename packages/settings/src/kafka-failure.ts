/** Options that a remedy may name. */
export type KafkaOptionName =
  | 'brokers'
  | 'topic'
  | 'tls'
  | 'ca'
  | 'clientCertificate'
  | 'clientKey'
  | 'user'
  | 'password'
  | 'mechanism'

/** What a failure of a client of Kafka is about. */
export type KafkaFailure = {
  /** A message, or all of a request, is larger than the brokers take. All else may be repaired on their side. */
  isTooLarge: boolean
  /** One line, without secrets of ours. */
  reason: string
}

/** Of @platformatic/kafka and of kafkajs: errors of errors, with Kafka's name of the error in one of these fields. */
type KafkaError = {
  message?: unknown
  errors?: unknown
  cause?: unknown
  apiId?: unknown
  type?: unknown
  code?: unknown
  name?: unknown
}

type Names = (option: KafkaOptionName) => string

/** A failure by the names that are in it, or by the innermost text; what is said of it, and what helps. */
type Meaning = { names?: readonly string[]; text?: RegExp; says: string; remedy: (nameOf: Names) => string }

const checkUser = (nameOf: Names): string =>
  `Check ${nameOf('user')}, ${nameOf('password')} and ${nameOf('mechanism')}`

/** The first that fits. */
const meanings: readonly Meaning[] = [
  {
    text: /key values mismatch|ERR_OSSL|PEM routines|asn1|bad decrypt|no start line/i,
    says: 'the certificates cannot be used',
    remedy: (nameOf) =>
      `Check ${nameOf('ca')}, ${nameOf('clientCertificate')} and ${nameOf('clientKey')}: the last two belong together, and the key has no passphrase`,
  },
  {
    text: /alert (?:bad certificate|certificate unknown|certificate required|unknown ca|handshake failure)/i,
    says: 'the brokers do not take the certificate of this client, or want one',
    remedy: (nameOf) =>
      `Set ${nameOf('clientCertificate')} and ${nameOf('clientKey')} to one that they trust`,
  },
  {
    text: /has expired|not yet valid/i,
    says: 'the certificate of the brokers is of another time',
    remedy: () => 'Renew it, or set the clock',
  },
  {
    text: /does not match certificate|ALTNAME/i,
    says: 'the certificate of the brokers is for other names',
    remedy: (nameOf) =>
      `Write them in ${nameOf('brokers')}, and in the brokers' advertised.listeners, as it does`,
  },
  {
    text: /certificate|self-signed|CERT_|unable to (?:get|verify)/i,
    says: 'the certificate of the brokers is not trusted',
    remedy: (nameOf) => `Set ${nameOf('ca')} to a PEM file of their authority`,
  },
  {
    text: /requires TLS/i,
    says: 'the brokers speak TLS there',
    remedy: (nameOf) => `Set ${nameOf('tls')}, or another port in ${nameOf('brokers')}`,
  },
  {
    text: /TLS handshake failed|secure TLS connection was established|wrong version number|packet length too long/i,
    says: 'the brokers speak no TLS there',
    remedy: (nameOf) =>
      `Set another port in ${nameOf('brokers')}, or unset ${nameOf('tls')}, ${nameOf('ca')} and ${nameOf('clientCertificate')}`,
  },
  {
    names: ['UNSUPPORTED_SASL_MECHANISM'],
    says: 'the brokers do not know the mechanism',
    remedy: (nameOf) => `Set ${nameOf('mechanism')} to one that they have enabled there`,
  },
  {
    names: ['ILLEGAL_SASL_STATE'],
    says: 'the brokers ask for no user there',
    remedy: (nameOf) =>
      `Set another port in ${nameOf('brokers')}, or unset ${nameOf('user')} and ${nameOf('password')}`,
  },
  {
    names: ['SASL_AUTHENTICATION_FAILED', 'KafkaJSSASLAuthenticationError'],
    says: 'the brokers do not take user and password',
    remedy: checkUser,
  },
  {
    text: /connection closed|closed connection/i,
    says: 'the brokers close the connection',
    remedy: (nameOf) =>
      `They may speak TLS there or want a user: check ${nameOf('tls')} and ${nameOf('user')}, or start them`,
  },
  {
    names: ['PLT_KFK_AUTHENTICATION'],
    says: 'user and password cannot be shown to the brokers',
    remedy: checkUser,
  },
  {
    names: ['TOPIC_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED', 'GROUP_AUTHORIZATION_FAILED'],
    says: 'the user has no right to topic',
    remedy: (nameOf) => `Give the right to the user, or set ${nameOf('topic')}`,
  },
  {
    names: ['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID', 'INVALID_TOPIC_EXCEPTION'],
    // @platformatic/kafka keeps no name of the error when the metadata of a topic are not there (2.12).
    text: /^unknown topic/i,
    says: 'there is no topic',
    remedy: (nameOf) => `Make the topic (kafka-topics.sh --create --topic …), or set ${nameOf('topic')}`,
  },
]

/**
 * What an error of @platformatic/kafka or kafkajs is about. `closedBy` is why a connection was closed, where the client knows it and
 * does not tell. Takes anything. Never throws.
 */
export function describeKafkaFailure(error: unknown, topic: string, closedBy?: unknown): KafkaFailure {
  const parts = partsOf(error)
  const outer = textOf(parts)
  const text = /connection closed/i.test(outer) ? textOf(partsOf(closedBy)) || outer : outer
  const names = parts.flatMap(({ apiId, type, code, name }) => [apiId, type, code, name])
  if (names.includes('MESSAGE_TOO_LARGE') || names.includes('RECORD_LIST_TOO_LARGE'))
    return { isTooLarge: true, reason: 'a message is larger than the brokers take' }
  for (const meaning of meanings) {
    const name = meaning.names?.find((one) => names.includes(one))
    if (name === undefined && !meaning.text?.test(text)) continue
    const says = meaning.says.endsWith('topic') ? `${meaning.says} "${topic}"` : meaning.says
    return { isTooLarge: false, reason: `${says} (${name ?? meaning.names?.[0] ?? text})` }
  }
  return { isTooLarge: false, reason: text || 'unknown error' }
}

/** What helps against a reason that {@link describeKafkaFailure} gave. `nameOf` is what an option is called where it is set. */
export function remedyOfKafkaFailure(reason: string, nameOf: Names): string {
  const meaning = meanings.find(({ says }) => reason.startsWith(says))
  return meaning?.remedy(nameOf) ?? `Start the brokers, or set ${nameOf('brokers')}`
}

/** The error and all errors in it, the outermost first. */
function partsOf(error: unknown, depth = 0): KafkaError[] {
  if (depth > 8 || error === undefined) return []
  if (typeof error !== 'object' || error === null) return [{ message: String(error) }]
  const { errors, cause } = error as KafkaError
  const inner: unknown[] = [...(Array.isArray(errors) ? errors : []), cause]
  return [error as KafkaError, ...inner.flatMap((one) => partsOf(one, depth + 1))]
}

/** The innermost says what it is about, those around it only where it was met. */
function textOf(parts: readonly KafkaError[]): string {
  const { message, code } = parts.at(-1) ?? {}
  const line = String(message ?? '').split('\n')[0]!
  // Of OpenSSL its own words alone, without the place in its sources.
  const [, words] = /:SSL routines:[^:]*:([^:]+):/.exec(line) ?? []
  return words ?? (line || String(code ?? ''))
}

/** What the last connection of a client ended by. @platformatic/kafka tells that to nobody but who asks its connection (2.12). */
export function noteConnectionErrors(client: {
  on(event: 'client:broker:connect', listener: (event: { connection: Listening }) => void): unknown
}): () => unknown {
  let last: unknown
  client.on('client:broker:connect', ({ connection }) => {
    last = undefined
    connection.on('error', (error) => {
      last = error
    })
  })
  return () => last
}

type Listening = { on(event: 'error', listener: (error: unknown) => void): unknown }
