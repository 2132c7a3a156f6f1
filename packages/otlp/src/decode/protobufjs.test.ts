import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeLogsByProtobufjs, encodeSpansByProtobufjs } from '../../test/protobufjs-oracle.ts'
import { randomLogs, randomSpans } from '../../test/random-request.ts'
import { decodeLogsRequest, decodeTracesRequest } from './message.ts'

// https://github.com/open-telemetry/opentelemetry-proto: what OTLP 1.3 did not have yet
const newLogFields = { eventName: '' }
const newSpanFields = { flags: 0 }

test('10,000 random log requests that protobufjs encoded are decoded to the same records', {
  timeout: 120_000,
}, () => {
  const agrees = fc.property(randomLogs, (request) => {
    const expected = request.map((resourceLogs) => ({
      ...resourceLogs,
      scopeLogs: resourceLogs.scopeLogs.map((scopeLogs) => ({
        ...scopeLogs,
        logRecords: scopeLogs.logRecords.map((record) => ({ ...record, ...newLogFields })),
      })),
    }))
    expect(decodeLogsRequest(encodeLogsByProtobufjs(request))).toEqual(expected)
  })
  fc.assert(agrees, { numRuns: 10_000 })
})

test('10,000 random trace requests that protobufjs encoded are decoded to the same spans', {
  timeout: 120_000,
}, () => {
  const agrees = fc.property(randomSpans, (request) => {
    const expected = request.map((resourceSpans) => ({
      ...resourceSpans,
      scopeSpans: resourceSpans.scopeSpans.map((scopeSpans) => ({
        ...scopeSpans,
        spans: scopeSpans.spans.map((span) => ({
          ...span,
          ...newSpanFields,
          links: span.links.map((link) => ({ ...link, ...newSpanFields })),
        })),
      })),
    }))
    expect(decodeTracesRequest(encodeSpansByProtobufjs(request))).toEqual(expected)
  })
  fc.assert(agrees, { numRuns: 10_000 })
})
