import { expect, test } from 'vitest'
import { parseKafkaAddress } from './kafka-address.ts'

const defaults = { group: 'clew-alert', groupProtocol: 'classic', begin: 'latest', security: {} }

test.each([
  ['kafka://h/log_raw', { brokers: ['h:9092'], topic: 'log_raw', name: 'kafka://h/log_raw' }],
  [
    'kafka://h:1,[::1]:2,i/t?group=g&protocol=consumer&begin=earliest',
    {
      ...{ brokers: ['h:1', '[::1]:2', 'i:9092'], topic: 't', name: 'kafka://h:1,[::1]:2,i/t' },
      ...{ group: 'g', groupProtocol: 'consumer', begin: 'earliest' },
    },
  ],
  [
    'kafka://me:s%40cret@h/t?tls=true&sasl=SCRAM-SHA-512',
    {
      ...{ brokers: ['h:9092'], topic: 't', name: 'kafka://h/t' },
      security: { tls: {}, sasl: { mechanism: 'scram-sha-512', username: 'me', password: 's@cret' } },
    },
  ],
] as const)('%s', (address, expected) => {
  expect(parseKafkaAddress(address, {})).toEqual({ ...defaults, ...expected })
})

test('what an address does not say is read of the variables of the exporter, and it goes before them', () => {
  const env = {
    ...{ CLEW_KAFKA_USER: 'me', CLEW_KAFKA_PASSWORD: 'secret', CLEW_KAFKA_TLS: 'on' },
    ...{ CLEW_KAFKA_MECHANISM: 'scram-sha-256', CLEW_KAFKA_CA: '' },
  }
  const securities = ['kafka://h/t', 'kafka://you:word@h/t?tls=off&sasl=plain'].map(
    (address) => parseKafkaAddress(address, env)!.security,
  )
  expect(securities).toEqual([
    { tls: {}, sasl: { mechanism: 'scram-sha-256', username: 'me', password: 'secret' } },
    { sasl: { mechanism: 'plain', username: 'you', password: 'word' } },
  ])
})

test.each([
  ['kafka://h/t?bgin=earliest', {}, '--from: there is no parameter "bgin"; write begin='],
  ['kafka://h/t?protocol=new', {}, '--from: protocol: "new" is unknown; write classic or consumer'],
  [
    'kafka://h/t?tls=perhaps&sasl=md5',
    {},
    '--from: tls: "perhaps" is neither on nor off; write true or false\n--from: sasl: "md5" is unknown; write plain, scram-sha-256 or scram-sha-512',
  ],
  [
    'kafka://me@h/t',
    {},
    'CLEW_KAFKA_PASSWORD: it is not set, but the other of user and password is; set both',
  ],
  [
    'kafka://h/t?cert=/nowhere.pem',
    { CLEW_KAFKA_CA: '-----BEGIN CERTIFICATE-----' },
    'CLEW_KAFKA_CA: it is the text of a PEM file; write the path of one\n--from: cert: it cannot be read: ENOENT: no such file or directory; write the path of a PEM file\nCLEW_KAFKA_CLIENT_KEY: it is not set, and a certificate of the client needs its key and the other way round; set both',
  ],
])('%s is refused with its remedy', (address, env, message) => {
  let said: string | undefined
  try {
    parseKafkaAddress(address, env)
  } catch (error) {
    said = (error as Error).message
  }
  expect(said).toBe(message)
})
