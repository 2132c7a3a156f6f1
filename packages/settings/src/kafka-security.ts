import type { Mistake } from './mistake.ts'
import { readPem } from './pem-file.ts'

/** How a password is shown to brokers. */
export const kafkaMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const

/** What is set; what is not set is false or empty. */
export type KafkaSecurityOptions = {
  readonly tls: boolean
  /** PEM files by their paths. Each of them means TLS. */
  readonly ca: string
  readonly clientCertificate: string
  readonly clientKey: string
  readonly user: string
  readonly password: string
  readonly mechanism: (typeof kafkaMechanisms)[number]
}

/** TLS, with PEM texts, and SASL, as a client of Kafka is given them. */
export type KafkaSecurity = {
  tls?: { ca?: string; cert?: string; key?: string }
  sasl?: { mechanism: (typeof kafkaMechanisms)[number]; username: string; password: string }
}

/**
 * What of the options can be used, and what is wrong with the others. `placeOf` names an option for messages; `readFile` gives the
 * text of a file, or throws. No message has a secret, nor what stands in a file. Never throws.
 */
export function readKafkaSecurity(
  options: KafkaSecurityOptions,
  placeOf: (option: keyof KafkaSecurityOptions) => string,
  readFile: (path: string) => string,
): { security: KafkaSecurity; mistakes: Mistake[] } {
  const mistakes: Mistake[] = []
  const add = (option: keyof KafkaSecurityOptions, found: string, remedy: string): undefined => {
    mistakes.push({ place: placeOf(option), found, remedy })
  }
  const pem = (option: 'ca' | 'clientCertificate' | 'clientKey'): string | undefined => {
    const path = options[option]
    const read = path === '' ? undefined : readPem(path, readFile)
    return typeof read === 'object' ? add(option, read.found, read.remedy) : read
  }
  const [ca, cert, key] = [pem('ca'), pem('clientCertificate'), pem('clientKey')]
  const { tls, user, password, mechanism, clientCertificate, clientKey } = options
  if ((clientCertificate === '') !== (clientKey === '')) {
    const missing = clientCertificate === '' ? 'clientCertificate' : 'clientKey'
    add(
      missing,
      'it is not set, and a certificate of the client needs its key and the other way round',
      'set both',
    )
  }
  if ((user === '') !== (password === ''))
    add(user === '' ? 'user' : 'password', 'it is not set, but the other of user and password is', 'set both')
  const client = cert !== undefined && key !== undefined ? { cert, key } : {}
  const isTls = tls || [options.ca, clientCertificate, clientKey].some((path) => path !== '')
  return {
    security: {
      ...(isTls && { tls: { ...(ca !== undefined && { ca }), ...client } }),
      ...(user !== '' && { sasl: { mechanism, username: user, password } }),
    },
    mistakes,
  }
}

/** The same as @platformatic/kafka takes it. */
export function kafkaClientSecurity(
  { tls, sasl }: KafkaSecurity,
  brokers: readonly string[],
): {
  tls?: NonNullable<KafkaSecurity['tls']>
  tlsServerName?: true
  sasl?: { mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'; username: string; password: string }
} {
  // Node warns of a server name that is an IP address; a name is asked for by what stands before several clusters.
  const haveNames = brokers.every((broker) => !/^\[|^[\d.]+:\d+$/.test(broker))
  return {
    ...(tls && { tls, ...(haveNames && { tlsServerName: true }) }),
    ...(sasl && { sasl: { ...sasl, mechanism: upperCase(sasl.mechanism) } }),
  }
}

function upperCase<T extends string>(text: T): Uppercase<T> {
  return text.toUpperCase() as Uppercase<T>
}

/** The variable of an option, as @clew/kafka-exporter and `clew alert run` read it: `clientKey` → `CLEW_KAFKA_CLIENT_KEY`. */
export function kafkaVariableOf(option: string): string {
  return `CLEW_KAFKA_${option.replace(/[A-Z]/g, '_$&').toUpperCase()}`
}
