import { expect, test } from 'vitest'
import { messageToSend } from './headers.ts'

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const bytes = { name: 'bytes', value: 'bytes' } as const
const text = { name: 'text', value: 'text' } as const

test.each([
  [
    'no headers',
    { topic: 't' },
    bytes,
    new Map<unknown, unknown>([[Buffer.from('traceparent'), Buffer.from(traceparent)]]),
  ],
  [
    'a map of headers',
    { topic: 't', headers: new Map<unknown, unknown>([['own', '1']]) },
    text,
    new Map<unknown, unknown>([
      ['own', '1'],
      ['traceparent', traceparent],
    ]),
  ],
  ['an object of headers', { topic: 't', headers: { own: '1' } }, text, { own: '1', traceparent }],
])('a message with %s gets ours, in their shape', (_, message, forms, headers) => {
  expect(messageToSend(message, { traceparent }, forms)).toEqual({ topic: 't', headers })
})

test.each([
  [
    'that has a trace of its own',
    { topic: 't', headers: new Map([[Buffer.from('traceparent'), Buffer.from('own')]]) },
    { traceparent },
  ],
  ['that has one as text', { topic: 't', headers: { traceparent: 'own' } }, { traceparent }],
  ['when no propagator writes', { topic: 't' }, {}],
])('a message %s is sent itself', (_, message, headers) => {
  expect(messageToSend(message, headers, bytes)).toBe(message)
})
