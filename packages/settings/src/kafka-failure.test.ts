import { expect, test } from 'vitest'
import { describeKafkaFailure, remedyOfKafkaFailure } from './kafka-failure.ts'

const named = (apiId: string): object => ({ message: 'outer', errors: [{ message: 'inner', apiId }] })

// What real brokers and clients say is in the tests of @clew/kafka-exporter.
test.each([
  [
    named('MESSAGE_TOO_LARGE'),
    'a message is larger than the brokers take',
    'Start the brokers, or set BROKERS',
  ],
  [
    named('TOPIC_AUTHORIZATION_FAILED'),
    'the user has no right to topic "t" (TOPIC_AUTHORIZATION_FAILED)',
    'Give the right to the user, or set TOPIC',
  ],
  [
    new Error('certificate has expired'),
    'the certificate of the brokers is of another time (certificate has expired)',
    'Renew it, or set the clock',
  ],
  [
    new Error("Hostname/IP does not match certificate's altnames: IP: 10.0.0.1 is not in the cert's list: "),
    "the certificate of the brokers is for other names (Hostname/IP does not match certificate's altnames: IP: 10.0.0.1 is not in the cert's list: )",
    "Write them in BROKERS, and in the brokers' advertised.listeners, as it does",
  ],
  [new Error('Request timed out\n  more'), 'Request timed out', 'Start the brokers, or set BROKERS'],
  [{ code: 'EPIPE' }, 'EPIPE', 'Start the brokers, or set BROKERS'],
  [undefined, 'unknown error', 'Start the brokers, or set BROKERS'],
  ['text', 'text', 'Start the brokers, or set BROKERS'],
])('%o', (error, reason, remedy) => {
  const described = describeKafkaFailure(error, 't')
  expect([
    described.reason,
    remedyOfKafkaFailure(described.reason, (option) => option.toUpperCase()),
  ]).toEqual([reason, remedy])
})

test('an error that holds itself ends', () => {
  const error: { cause?: unknown; message: string } = { message: 'round' }
  error.cause = error
  expect(describeKafkaFailure(error, 't').reason).toBe('round')
})
