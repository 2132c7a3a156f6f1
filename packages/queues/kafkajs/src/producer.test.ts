import { expect, test } from 'vitest'
import type { Message } from './library.ts'
import { messageToSend } from './producer.ts'

const ours = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'a=1' }

test.each<[string, Message]>([
  ['no headers', { value: 'x' }],
  ['other headers', { value: 'x', headers: { own: '1' } }],
  ['a name in capitals, which Kafka tells apart', { value: 'x', headers: { Traceparent: 'own' } }],
])('a message with %s gets ours, and stays as it is', (_, message) => {
  const before = structuredClone(message)
  expect(messageToSend(message, ours)).toEqual({ ...message, headers: { ...message.headers, ...ours } })
  expect(message).toEqual(before)
})

test.each([
  ['that has a trace of its own', { value: 'x', headers: { traceparent: 'own' } }, ours],
  ['when no propagator writes', { value: 'x' }, {}],
  ['when no propagator writes, with headers', { value: 'x', headers: { own: '1' } }, {}],
])('a message %s is sent itself', (_, message, headers) => {
  expect(messageToSend(message, headers)).toBe(message)
})
