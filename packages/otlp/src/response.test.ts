import { expect, test } from 'vitest'
import { field, number } from '../test/wire.ts'
import {
  decodeExportResponse,
  decodeRetryDelayMs,
  decodeStatusMessage,
  encodeRpcStatus,
  parseExportResponse,
  parseStatusMessage,
} from './response.ts'

test('a partial success says how many were rejected and why', () => {
  const response = field(1, number(1, 3), field(2, 'too old'))
  expect(decodeExportResponse(response)).toEqual({ rejected: 3, message: 'too old' })
})

test('an empty response, and one of unknown fields, is a full success', () => {
  const responses = [new Uint8Array(), field(1), field(2, 'x')].map(decodeExportResponse)
  expect(responses).toEqual(Array(3).fill({ rejected: 0, message: '' }))
})

test.each([
  ['{"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"too old"}}', 3, 'too old'],
  ['{"partialSuccess":{"rejectedSpans":2}}', 2, ''],
  ['{"partialSuccess":{"rejectedDataPoints":"1"}}', 1, ''],
  ['{"partialSuccess":null}', 0, ''],
  ['{"partialSuccess":{"rejectedSpans":"many","errorMessage":5}}', 0, ''],
  ['{}', 0, ''],
  ['[]', 0, ''],
])('the JSON response %s', (text, rejected, message) => {
  expect(parseExportResponse(text)).toEqual({ rejected, message })
})

test('a response that is not JSON is an error', () => {
  expect(() => parseExportResponse('<html>')).toThrow(/^OTLP, response: .*not valid JSON/)
})

test('the delay of a status comes back in milliseconds, and only from a RetryInfo', () => {
  const delays = [undefined, 0, 0.25, 90].map((seconds) =>
    decodeRetryDelayMs(encodeRpcStatus(14, 'later', seconds)),
  )
  expect(delays).toEqual([undefined, 0, 250, 90_000])
  const other = field(3, field(1, 'type.googleapis.com/google.rpc.DebugInfo'), field(2, 'x'))
  const retry = field(
    3,
    field(1, 'type.googleapis.com/google.rpc.RetryInfo'),
    field(2, field(1, number(1, 2))),
  )
  expect(decodeRetryDelayMs(Buffer.concat([other, retry]))).toBe(2000)
})

test('the message of a status comes back, and of what is none nothing', () => {
  expect(decodeStatusMessage(encodeRpcStatus(16, 'no token', 3))).toBe('no token')
  expect(
    ['{"code":16,"message":"no token"}', '{"message":5}', '[]', 'null', '<html>'].map(parseStatusMessage),
  ).toEqual(['no token', undefined, undefined, undefined, undefined])
})
