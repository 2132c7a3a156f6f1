import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type GrpcStatus, outcomeOfGrpcStatus } from './grpc-status.ts'
import { backoffMs, outcomeOfHttp, parseRetryAfter } from './outcome.ts'

const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT')
const http = (status: number, headers = {}, body = ''): unknown =>
  outcomeOfHttp(status, headers, Buffer.from(body), now)

test('an empty success, or one with an unreadable body, accepts everything', () => {
  const accepted = { kind: 'accepted' }
  expect([
    http(200),
    http(202, { 'content-type': 'application/x-protobuf' }),
    http(200, { 'content-type': 'text/plain' }, '<html>'),
    http(200, { 'content-type': 'application/json' }, '{'),
    http(200, { 'content-type': 'application/json' }, '{"partialSuccess":{}}'),
    http(200, { 'content-type': 'application/x-protobuf' }, '\xff\xff\xff'),
  ]).toEqual(Array(6).fill(accepted))
})

test('a partial success says how many records were rejected, in protobuf and in JSON', () => {
  const message = Buffer.from('too old')
  const inner = Buffer.concat([Buffer.from([0x08, 3, 0x12, message.length]), message])
  const protobuf = Buffer.concat([Buffer.from([0x0a, inner.length]), inner])
  const json = '{"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"too old"}}'
  const partial = { kind: 'partial', rejected: 3, message: 'too old' }
  expect([
    outcomeOfHttp(200, { 'content-type': 'application/x-protobuf' }, protobuf, now),
    http(200, { 'content-type': 'application/json; charset=utf-8' }, json),
  ]).toEqual([partial, partial])
})

test('a page where an answer of OTLP should be is told, and loses nothing', () => {
  const page = { kind: 'partial', rejected: 0, message: expect.stringContaining('text/html') }
  expect([
    http(200, { 'content-type': 'text/html; charset=utf-8' }, '\n<!DOCTYPE html><title>Sign in</title>'),
    http(200, { 'content-type': 'text/html' }, '<html></html>'),
    http(200, { 'content-type': 'text/html' }, 'ok'),
  ]).toEqual([page, page, { kind: 'accepted' }])
})

test('only 429, 502, 503 and 504 are retried, after what Retry-After says', () => {
  expect([
    http(429),
    http(502),
    http(503, { 'retry-after': '7' }),
    http(504, { 'retry-after': 'Wed, 21 Oct 2026 07:28:05 GMT' }),
  ]).toEqual([
    { kind: 'retry', reason: 'HTTP 429' },
    { kind: 'retry', reason: 'HTTP 502' },
    { kind: 'retry', reason: 'HTTP 503', afterMs: 7000 },
    { kind: 'retry', reason: 'HTTP 504', afterMs: 5000 },
  ])
})

test('413 is too large, every other status is refused with what the body says', () => {
  expect([http(413), http(400, {}, 'bad\n\x00field'), http(301), http(500, {}, 'x'.repeat(500))]).toEqual([
    { kind: 'too-large' },
    { kind: 'refused', status: 'HTTP 400', message: 'bad field' },
    { kind: 'refused', status: 'HTTP 301', message: '' },
    { kind: 'refused', status: 'HTTP 500', message: 'x'.repeat(500) },
  ])
})

test('a refusal says the message of its Status, in protobuf and in JSON, and the text of what is none', () => {
  const message = 'the token is missing'
  const status = Buffer.concat([Buffer.from([0x08, 16, 0x12, message.length]), Buffer.from(message)])
  const refusal = (body: Buffer | string, type: string): unknown =>
    outcomeOfHttp(401, { 'content-type': type }, Buffer.from(body), now)
  const json = JSON.stringify({ code: 16, message })
  expect([
    refusal(status, 'application/x-protobuf'),
    refusal(json, 'application/json; charset=utf-8'),
    refusal(message, 'application/x-protobuf'),
    refusal(message, 'application/json'),
    refusal(message, 'text/plain'),
  ]).toEqual(Array(5).fill({ kind: 'refused', status: 'HTTP 401', message }))
  expect(refusal('{"error":"no"}', 'application/json')).toMatchObject({ message: '{"error":"no"}' })
})

const grpc = (code: number, message = '', details?: Buffer): unknown =>
  outcomeOfGrpcStatus({ code, message, details } satisfies GrpcStatus)

const field = (number: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content])

/** google.rpc.Status with a RetryInfo of 2.5 s. */
const retryInfo = field(
  3,
  Buffer.concat([
    field(1, Buffer.from('type.googleapis.com/google.rpc.RetryInfo')),
    field(2, field(1, Buffer.from([0x08, 2, 0x10, 0x80, 0xca, 0xb5, 0xee, 0x01]))),
  ]),
)

test('gRPC codes are retried as the OTLP specification says', () => {
  expect([0, 1, 4, 10, 11, 14, 15].map((code) => grpc(code))).toEqual([
    undefined,
    { kind: 'retry', reason: 'gRPC CANCELLED' },
    { kind: 'retry', reason: 'gRPC DEADLINE_EXCEEDED' },
    { kind: 'retry', reason: 'gRPC ABORTED' },
    { kind: 'retry', reason: 'gRPC OUT_OF_RANGE' },
    { kind: 'retry', reason: 'gRPC UNAVAILABLE' },
    { kind: 'retry', reason: 'gRPC DATA_LOSS' },
  ])
})

test('gRPC RESOURCE_EXHAUSTED is retried only with a RetryInfo, and may mean too large', () => {
  expect([
    grpc(8, 'quota', retryInfo),
    grpc(8, 'quota'),
    grpc(8, 'Received message larger than max (5 vs. 4)'),
    grpc(14, 'draining', retryInfo),
  ]).toEqual([
    { kind: 'retry', reason: 'gRPC RESOURCE_EXHAUSTED: quota', afterMs: 2500 },
    { kind: 'refused', status: 'gRPC RESOURCE_EXHAUSTED', message: 'quota' },
    { kind: 'too-large' },
    { kind: 'retry', reason: 'gRPC UNAVAILABLE: draining', afterMs: 2500 },
  ])
})

test('any other gRPC code is refused, and its message decoded', () => {
  expect([grpc(16, 'no%20token'), grpc(12, '%zz'), grpc(99)]).toEqual([
    { kind: 'refused', status: 'gRPC UNAUTHENTICATED', message: 'no token' },
    { kind: 'refused', status: 'gRPC UNIMPLEMENTED', message: '%zz' },
    { kind: 'refused', status: 'gRPC 99', message: '' },
  ])
})

test('a gRPC status that cannot be read gives up no records', () => {
  const statuses = ['abc', '0, 14', '-1', '1e400', '1.5'].map((text) => grpc(Number(text)))
  expect(statuses).toEqual(statuses.map(() => ({ kind: 'retry', reason: 'an unreadable gRPC status' })))
})

test('delays grow by half each time, up to thirty seconds', () => {
  const delays = [1, 2, 3, 4, 10, 1000].map((failures) => backoffMs(failures, undefined, () => 0.5))
  expect(delays).toEqual([1000, 1500, 2250, 3375, 30_000, 30_000])
})

test('jitter moves a delay by at most a fifth', () => {
  expect([backoffMs(1, undefined, () => 0), backoffMs(1, undefined, () => 1)]).toEqual([800, 1200])
})

test('Retry-After is a lower bound of at most five minutes', () => {
  const delays = [500, 2000, 86_400_000].map((afterMs) => backoffMs(1, afterMs, () => 0.5))
  expect(delays).toEqual([1000, 2000, 300_000])
})

test('every delay is a finite number between 0.8 s and five minutes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1 }), fc.option(fc.nat(), { nil: undefined }), (failures, afterMs) => {
      const delay = backoffMs(failures, afterMs, Math.random)
      expect(delay).toBeGreaterThanOrEqual(800)
      expect(delay).toBeLessThanOrEqual(300_000)
    }),
  )
})

test('Retry-After is read as seconds or as a date, and anything else as nothing', () => {
  const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT')
  const read = [
    '1',
    ' 120 ',
    'Wed, 21 Oct 2026 07:28:05 GMT',
    'Wed, 21 Oct 2020 07:28:00 GMT',
    '',
    '-1',
    '1.5',
    'soon',
  ]
  expect(read.map((header) => parseRetryAfter(header, now))).toEqual([
    1000,
    120_000,
    5000,
    0,
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})
