import {
  decodeLogsRequest,
  decodeTracesRequest,
  encodeLogsRequest,
  encodeTracesRequest,
  isOtlpDecodeError,
} from '@clew/otlp'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomLogs, randomSpans } from '../../../otlp/test/random-request.ts'
import { countRecords, splitRequest } from './request.ts'

/** Every record with all that stands around it. */
const flatLogs = (request: Uint8Array): unknown[] =>
  decodeLogsRequest(request).flatMap(({ scopeLogs, ...resource }) =>
    scopeLogs.flatMap(({ logRecords, ...scope }) =>
      logRecords.map((record) => ({ resource, scope, record })),
    ),
  )
const flatSpans = (request: Uint8Array): unknown[] =>
  decodeTracesRequest(request).flatMap(({ scopeSpans, ...resource }) =>
    scopeSpans.flatMap(({ spans, ...scope }) => spans.map((span) => ({ resource, scope, span }))),
  )

test('the halves of 1,000 random log requests have their records in order, each with its resource and scope', () => {
  const halves = fc.property(randomLogs, fc.nat(8), (model, wanted) => {
    const request = encodeLogsRequest(model)
    const count = countRecords(request)
    const leftCount = Math.min(wanted, count)
    const [left, right] = splitRequest(request, leftCount)
    expect([count, countRecords(left), countRecords(right), ...flatLogs(left), ...flatLogs(right)]).toEqual([
      flatLogs(request).length,
      leftCount,
      count - leftCount,
      ...flatLogs(request),
    ])
  })
  fc.assert(halves, { numRuns: 1000 })
})

test('the halves of 1,000 random trace requests have their spans in order, each with its resource and scope', () => {
  const halves = fc.property(randomSpans, fc.nat(8), (model, wanted) => {
    const request = encodeTracesRequest(model)
    const leftCount = Math.min(wanted, countRecords(request))
    const [left, right] = splitRequest(request, leftCount)
    expect([countRecords(left), ...flatSpans(left), ...flatSpans(right)]).toEqual([
      leftCount,
      ...flatSpans(request),
    ])
  })
  fc.assert(halves, { numRuns: 1000 })
})

/** A field of protobuf by its tag's bytes: sized ones get the length before their value. */
const sized = (tag: number[], ...value: (Uint8Array | string)[]): Buffer => {
  const bytes = Buffer.concat(value.map((piece) => Buffer.from(piece)))
  const length = bytes.length < 0x80 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7]
  return Buffer.concat([Buffer.from(tag), Buffer.from(length), bytes])
}
/** Fields that no version of OTLP has: 100 as a text, 101 as a fixed32, 102 as a varint, 103 as a fixed64. */
const unknown = Buffer.concat([
  sized([0xa2, 0x06], 'new'),
  Buffer.from([0xad, 0x06, 1, 2, 3, 4]),
  Buffer.from([0xb0, 0x06, 0xff, 0x01]),
  Buffer.from([0xb9, 0x06, 1, 2, 3, 4, 5, 6, 7, 8]),
])

test('unknown fields, a resource in two pieces and fields behind the records go with both halves, byte for byte', () => {
  const resource = [sized([0x0a], sized([0x10], '')), sized([0x0a], unknown), sized([0x1a], 'https://a.b')]
  const scope = [sized([0x0a], sized([0x0a], 'scope')), unknown]
  const records = ['one', 'two', 'three'].map((text) => sized([0x12], text, unknown))
  const requestOf = (...some: Buffer[]): Buffer =>
    Buffer.concat([
      unknown,
      sized([0x0a], ...resource, sized([0x12], ...scope, ...some, sized([0x1a], 'https://c.d')), unknown),
    ])
  expect(splitRequest(requestOf(...records), 1)).toEqual([
    requestOf(...records.slice(0, 1)),
    requestOf(...records.slice(1)),
  ])
})

test('resources and scopes without a record in a half are not in it', () => {
  const scopeLogs = (...texts: string[]): Buffer =>
    sized([0x12], ...texts.map((text) => sized([0x12], text)), sized([0x1a], 'x'))
  const request = Buffer.concat([
    sized([0x0a], scopeLogs('one'), scopeLogs('two')),
    sized([0x0a], scopeLogs()),
    sized([0x0a], scopeLogs('three')),
  ])
  expect(splitRequest(request, 2)).toEqual([
    sized([0x0a], scopeLogs('one'), scopeLogs('two')),
    sized([0x0a], scopeLogs('three')),
  ])
})

test('a request that is cut anywhere has no more records than its whole, or is none', () => {
  const record = sized([0x12], 'record')
  const request = sized([0x0a], sized([0x12], record, record))
  const counts = Array.from({ length: request.length + 1 }, (_, cut) => {
    try {
      return countRecords(request.subarray(0, cut))
    } catch (error) {
      return (error as Error).name
    }
  })
  expect(counts).toEqual([0, ...new Array(request.length - 1).fill('OtlpDecodeError'), 2])
})

test.for([
  ['a length beyond every memory', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ['a number of eleven bytes', [0x08, ...new Array(11).fill(0xff), 0x01]],
  ['field number 0', [0x02, 0x00]],
  ['a field number above 2^29', [0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ['a group', [0x0b, 0x0c]],
  ['a fixed64 that is cut', [0x09, 1, 2, 3]],
] as const)('%s is no request', ([, bytes]) => {
  expect(() => countRecords(Uint8Array.from(bytes))).toThrow(
    expect.objectContaining({ name: 'OtlpDecodeError' }),
  )
})

test('random bytes are counted or refused, and never read beyond their end', () => {
  const counts = fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
    try {
      expect(countRecords(noise)).toBeLessThanOrEqual(noise.length)
    } catch (error) {
      expect(isOtlpDecodeError(error)).toBe(true)
    }
  })
  fc.assert(counts, { numRuns: 5000 })
})
