import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type Decoded,
  type DecodedEntry,
  decodeRecords,
  decodeSpans,
  unframe,
} from '../../test/protobufjs-decoder.ts'
import { randomLogs, randomSpans } from '../../test/random-request.ts'
import { decodeLogsRequest, decodeTracesRequest } from '../decode/message.ts'
import { Reader } from '../decode/reader.ts'
import type { Attributes, LogRecord, Span, Value } from '../model.ts'
import { encodeLogsRequest, encodeTracesRequest } from './model-request.ts'

const anyValueOf = (value: Value): Decoded => {
  if (value === null) return { empty: true }
  if (typeof value === 'string') return { text: value }
  if (typeof value === 'boolean') return { bool: value }
  if (typeof value === 'bigint') return { int: value }
  if (typeof value === 'number') {
    const whole = Number.isSafeInteger(value) && !Object.is(value, -0)
    return whole ? { int: BigInt(value) } : { double: value }
  }
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') }
  return Array.isArray(value) ? { list: value.map(anyValueOf) } : { map: entriesOf(value) }
}
const entriesOf = (attributes: Attributes): DecodedEntry[] =>
  Object.entries(attributes).map(([key, value]) => [key, anyValueOf(value)])
const withEntries = (message: { attributes: Attributes; droppedAttributesCount: number }) => ({
  attributes: entriesOf(message.attributes),
  dropped: message.droppedAttributesCount,
})

const recordOf = (record: LogRecord): unknown => ({
  ...withEntries(record),
  time: record.timeUnixNano,
  observedTime: record.observedTimeUnixNano,
  severityNumber: record.severityNumber,
  severityText: record.severityText,
  body: record.body === null ? undefined : anyValueOf(record.body),
  flags: record.flags,
  traceId: record.traceId,
  spanId: record.spanId,
  eventName: record.eventName,
})

const spanOf = (span: Span): unknown => ({
  ...withEntries(span),
  traceId: span.traceId,
  spanId: span.spanId,
  traceState: span.traceState,
  parentSpanId: span.parentSpanId,
  name: span.name,
  kind: span.kind,
  start: span.startTimeUnixNano,
  end: span.endTimeUnixNano,
  events: span.events.map((event) => ({
    ...withEntries(event),
    time: event.timeUnixNano,
    name: event.name,
  })),
  droppedEvents: span.droppedEventsCount,
  links: span.links.map((link) => ({
    ...withEntries(link),
    traceId: link.traceId,
    spanId: link.spanId,
    traceState: link.traceState,
    flags: link.flags,
  })),
  droppedLinks: span.droppedLinksCount,
  status: span.status,
  flags: span.flags,
})

/** The `ScopeLogs` or `ScopeSpans` of a request, as bytes. */
function scopesIn(request: Buffer): Uint8Array[] {
  const reader = new Reader(request)
  const scopes: Uint8Array[] = []
  while (reader.tag() !== 0) scopes.push(...unframe(reader.blob()))
  return scopes
}

test('3,000 random log requests that were encoded are decoded to the same records', () => {
  const same = fc.property(randomLogs, (request) => {
    expect(decodeLogsRequest(encodeLogsRequest(request))).toEqual(request)
  })
  fc.assert(same, { numRuns: 3000 })
})

test('3,000 random trace requests that were encoded are decoded to the same spans', () => {
  const same = fc.property(randomSpans, (request) => {
    expect(decodeTracesRequest(encodeTracesRequest(request))).toEqual(request)
  })
  fc.assert(same, { numRuns: 3000 })
})

test('protobufjs reads every field of 1,000 random log requests as it is, each value in its own kind', () => {
  const agrees = fc.property(randomLogs, (request) => {
    const scopes = request.flatMap(({ scopeLogs }) => scopeLogs.map(({ logRecords }) => logRecords))
    expect(scopesIn(encodeLogsRequest(request)).map(decodeRecords)).toEqual(
      scopes.map((records) => records.map(recordOf)),
    )
  })
  fc.assert(agrees, { numRuns: 1000 })
})

test('protobufjs reads every field of 1,000 random trace requests as it is, each value in its own kind', () => {
  const agrees = fc.property(randomSpans, (request) => {
    const scopes = request.flatMap(({ scopeSpans }) => scopeSpans.map(({ spans }) => spans))
    expect(scopesIn(encodeTracesRequest(request)).map(decodeSpans)).toEqual(
      scopes.map((spans) => spans.map(spanOf)),
    )
  })
  fc.assert(agrees, { numRuns: 1000 })
})

test('texts, keys and ids longer than any limit of the application side go whole', () => {
  const long = 'ä'.repeat(100_000)
  const request = decodeLogsRequest(new Uint8Array())
  request.push({
    resource: { attributes: { [long]: long }, droppedAttributesCount: 0 },
    schemaUrl: long,
    scopeLogs: [
      {
        scope: { name: long, version: long, attributes: {}, droppedAttributesCount: 1 },
        schemaUrl: long,
        logRecords: [
          {
            timeUnixNano: 0xffff_ffff_ffff_ffffn,
            observedTimeUnixNano: 0n,
            severityNumber: -1,
            severityText: long,
            body: [new Uint8Array(100_000), -(2n ** 63n), { nested: long }],
            attributes: Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`key ${at}`, at])),
            droppedAttributesCount: 0xffff_ffff,
            flags: 0xffff_ffff,
            traceId: 'ab'.repeat(200),
            spanId: '00'.repeat(8),
            eventName: long,
          },
        ],
      },
    ],
  })
  expect(decodeLogsRequest(encodeLogsRequest(request))).toEqual(request)
})
