import { describe, expect, test } from 'vitest'
import { decodeExportResponse } from '../src/response.ts'
import { call, errors, framed, handlers, logs } from './grpc-rig.ts'
import { field, number } from './wire.ts'

describe('what a handler answers', () => {
  test('a partial success', async () => {
    handlers.answer = { rejected: 3, message: 'too old' }
    const { status, body } = await call([framed(logs)])
    expect([status, decodeExportResponse(body.subarray(5))]).toEqual(['0', handlers.answer])
  })

  test('a delay becomes UNAVAILABLE with a RetryInfo', async () => {
    handlers.answer = { retryAfterSeconds: 1.5 }
    const { status, message, headers } = await call([framed(logs)])
    const duration = Buffer.concat([number(1, 1), number(2, 500_000_000)])
    const retryInfo = [field(1, 'type.googleapis.com/google.rpc.RetryInfo'), field(2, field(1, duration))]
    expect([status, message, Buffer.from(String(headers['grpc-status-details-bin']), 'base64')]).toEqual([
      '14',
      'come back later',
      Buffer.concat([number(1, 14), field(2, 'come back later'), field(3, ...retryInfo)]),
    ])
  })

  test.each([
    [400, '3'],
    [401, '16'],
    [403, '7'],
    [413, '8'],
    [429, '14'],
    [500, '13'],
    [503, '14'],
  ])('HTTP status %i is gRPC status %s', async (status, grpcStatus) => {
    handlers.answer = { status, message: '100 % größer' }
    const reply = await call([framed(logs)])
    expect([reply.status, reply.message]).toEqual([grpcStatus, '100 %25 gr%C3%B6%C3%9Fer'])
  })

  test('a handler that throws is UNAVAILABLE, and its error is reported', async () => {
    handlers.answer = new Error('database is locked')
    const { status, message } = await call([framed(logs)])
    expect([status, message.includes('locked'), errors]).toEqual(['14', false, [handlers.answer]])
  })
})
