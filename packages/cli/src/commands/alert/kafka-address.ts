import { readFileSync } from 'node:fs'
import {
  formatMistake,
  type Given,
  given,
  type KafkaSecurity,
  type KafkaSecurityOptions,
  kafkaMechanisms,
  kafkaVariableOf,
  nearestName,
  type Parse,
  parseBoolean,
  parseChoice,
  parseText,
  quote,
  readKafkaSecurity,
  requireAll,
} from '@clew/settings'

/** What stands in `kafka://user:password@host:9092,other:9092/topic?group=…`. */
export type KafkaAddress = {
  brokers: string[]
  topic: string
  group: string
  groupProtocol: 'classic' | 'consumer'
  begin: 'earliest' | 'latest'
  security: KafkaSecurity
  /** Without secrets. */
  name: string
}

const form = /^kafka:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^@/?]+)\/([\w.-]+)(?:\?(.*))?$/

/** What options of the connection are called in an address; the first two stand before the host. */
const parameterOf: Readonly<Record<keyof KafkaSecurityOptions, string>> = {
  ...{ user: 'user', password: 'password', tls: 'tls', ca: 'ca' },
  ...{ clientCertificate: 'cert', clientKey: 'key', mechanism: 'sasl' },
}

const inQuery = ['group', 'protocol', 'begin', 'tls', 'ca', 'cert', 'key', 'sasl']

/**
 * Reads an address. How brokers are reached, and as who, is in it or in the variables that @clew/kafka-exporter reads as well: a
 * password in a command line is seen by everybody on the machine. Undefined when it has no host or no topic; throws with all that is
 * wrong with its parameters.
 */
export function parseKafkaAddress(address: string, env: NodeJS.ProcessEnv): KafkaAddress | undefined {
  const [, user, password, hosts = '', topic = '', query = ''] = form.exec(address) ?? []
  if (topic === '') return undefined
  const asked = new Map(new URLSearchParams(query))
  const unknown = [...asked.keys()].filter((name) => !inQuery.includes(name))
  if (unknown.length > 0) throw new Error(unknown.map(describeUnknown).join('\n'))
  const of = <T>(name: string, parse: Parse<T>) => given(`--from: ${name}`, parse, asked.get(name))
  const { group, protocol, begin } = requireAll({
    group: of('group', parseText),
    protocol: of('protocol', parseChoice(['classic', 'consumer'])),
    begin: of('begin', parseChoice(['earliest', 'latest'])),
  })
  if (user) asked.set('user', decoded(user))
  if (password) asked.set('password', decoded(password))
  return {
    brokers: hosts.split(',').map((host) => (/:\d+$/.test(host) ? host : `${host}:9092`)),
    topic,
    group: group ?? 'clew-alert',
    groupProtocol: protocol ?? 'classic',
    begin: begin ?? 'latest',
    security: readSecurity(asked, env),
    name: `kafka://${hosts}/${topic}`,
  }
}

function readSecurity(asked: ReadonlyMap<string, string>, env: NodeJS.ProcessEnv): KafkaSecurity {
  const isAsked = (option: keyof KafkaSecurityOptions): boolean => asked.has(parameterOf[option])
  const placeOf = (option: keyof KafkaSecurityOptions): string =>
    isAsked(option) ? `--from: ${parameterOf[option]}` : kafkaVariableOf(option)
  const of = <T>(option: keyof KafkaSecurityOptions, parse: Parse<T>, fallback: T): Given<T> => {
    const raw = isAsked(option) ? asked.get(parameterOf[option]) : env[kafkaVariableOf(option)]
    // An empty variable is none, as OTEL_* have it.
    return given(
      placeOf(option),
      (text) => (text === '' ? { value: fallback, faults: [] } : parse(text)),
      raw ?? '',
    )
  }
  const options = requireAll<KafkaSecurityOptions>({
    tls: of('tls', parseBoolean, false),
    ca: of('ca', parseText, ''),
    clientCertificate: of('clientCertificate', parseText, ''),
    clientKey: of('clientKey', parseText, ''),
    user: of('user', parseText, ''),
    password: of('password', parseText, ''),
    mechanism: of('mechanism', parseChoice(kafkaMechanisms), 'plain'),
  })
  const { security, mistakes } = readKafkaSecurity(options, placeOf, (path) => readFileSync(path, 'utf8'))
  if (mistakes.length > 0) throw new Error(mistakes.map(formatMistake).join('\n'))
  return security
}

function describeUnknown(name: string): string {
  const near = nearestName(name, inQuery)
  const remedy = near === undefined ? `write ${inQuery.join('=, ')}=` : `write ${near}=`
  return `--from: there is no parameter ${quote(name)}; ${remedy}`
}

/** What is badly encoded stands as it is: it may be the password itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
