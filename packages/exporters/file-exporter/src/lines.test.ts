import { type Attributes, encodeLogsRequest, type LogRecord, parseLogsJson } from '@clew/otlp'
import { expect, test } from 'vitest'
import { writeLines } from './lines.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const spanId = '00f067aa0ba902b7'

const record: LogRecord = {
  ...{ timeUnixNano: 1_764_409_200_123_000_000n, observedTimeUnixNano: 1_764_409_200_123_000_000n },
  ...{ severityNumber: 17, severityText: 'error', body: 'payment_failed', eventName: 'payment.failed' },
  ...{ attributes: {}, droppedAttributesCount: 0, flags: 0x101, traceId, spanId },
}

const resource: Attributes = {
  'service.name': 'shop',
  'service.instance.id': 'shop-7',
  'deployment.environment.name': 'prod',
  'process.pid': 42,
  'telemetry.sdk.name': 'clew',
}

const request = (...logRecords: LogRecord[]): Uint8Array =>
  encodeLogsRequest([
    {
      resource: { attributes: resource, droppedAttributesCount: 0 },
      schemaUrl: '',
      scopeLogs: [
        {
          scope: { name: 'payments', version: '1.2.0', attributes: {}, droppedAttributesCount: 0 },
          ...{ schemaUrl: '', logRecords },
        },
      ],
    },
  ])

const attributes: Attributes = {
  'http.request.method': 'POST',
  'http.response.status_code': 502,
  'exception.type': 'TypeError',
  'exception.message': 'no card',
  'exception.stacktrace': 'TypeError: no card\n  at pay',
  'user.id': { not: 'a keyword' },
  'server.port': 'http',
  order: 7,
  'cart.items': [{ sku: 'a', price: Number.NaN }],
  huge: 2n ** 60n,
  nothing: null,
}

const parsed = (...args: Parameters<typeof writeLines>): unknown[] => {
  const { bytes } = writeLines(...args)
  expect(bytes.at(-1)).toBe(10)
  return bytes
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
}

test("a line has OpenTelemetry's names, trace context at the top, and where the record comes from", () => {
  const plain = {
    ...record,
    ...{ severityText: '', traceId: '', spanId: '', flags: 0, eventName: '', body: { a: [1] } },
    observedTimeUnixNano: record.timeUnixNano + 1_500_000n,
  }
  const origin = { resource, scope: { name: 'payments', version: '1.2.0' } }
  expect(parsed(request({ ...record, attributes }, plain), 'otel')).toEqual([
    {
      ...{ timestamp: '2025-11-29T09:40:00.123Z', severity_text: 'error', severity_number: 17 },
      ...{ body: 'payment_failed', event_name: 'payment.failed' },
      ...{ trace_id: traceId, span_id: spanId, trace_flags: '01' },
      attributes: {
        ...attributes,
        ...{ 'cart.items': [{ sku: 'a', price: 'NaN' }], huge: String(2n ** 60n) },
      },
      ...origin,
    },
    {
      ...{ timestamp: '2025-11-29T09:40:00.123Z', observed_timestamp: '2025-11-29T09:40:00.124500Z' },
      ...{ severity_text: 'ERROR', severity_number: 17, body: { a: [1] }, attributes: {}, ...origin },
    },
  ])
})

test("by Elastic's names what is a field of ECS is one, with its type, and all else is a label", () => {
  const { bytes } = writeLines(request({ ...record, attributes }), 'ecs')
  // The order that ecs-logging asks for.
  expect(bytes.toString()).toMatch(
    /^\{"@timestamp":"[^"]+","log.level":"error","message":"payment_failed","ecs.version":"9.3.0",/,
  )
  expect(parsed(request({ ...record, attributes }), 'ecs')).toEqual([
    {
      ...{ '@timestamp': '2025-11-29T09:40:00.123Z', 'log.level': 'error', message: 'payment_failed' },
      ...{ 'ecs.version': '9.3.0', 'trace.id': traceId, 'span.id': spanId, 'event.action': 'payment.failed' },
      ...{ 'log.logger': 'payments', 'service.name': 'shop', 'service.node.name': 'shop-7' },
      ...{ 'service.environment': 'prod', 'process.pid': 42 },
      ...{ 'http.request.method': 'POST', 'http.response.status_code': 502 },
      ...{ 'error.type': 'TypeError', 'error.message': 'no card' },
      'error.stack_trace': 'TypeError: no card\n  at pay',
      labels: {
        ...{ telemetry_sdk_name: 'clew', user_id: '{"not":"a keyword"}', server_port: 'http', order: '7' },
        ...{ cart_items: '[{"sku":"a","price":"NaN"}]', huge: String(2n ** 60n) },
      },
    },
  ])
})

test('as OTLP JSON a batch is one line, which any receiver reads', () => {
  const { bytes, count } = writeLines(request(record, { ...record, body: 'second' }), 'otlp_json')
  expect([count, bytes.indexOf('\n')]).toEqual([2, bytes.length - 1])
  const bodies = parseLogsJson(bytes).flatMap(({ scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) => logRecords.map(({ body }) => body)),
  )
  expect(bodies).toEqual(['payment_failed', 'second'])
})

test('no text of a record can break its line', () => {
  const body = 'a\nb\r\u2028\u0085{"x":1}\ud800'
  for (const format of ['otel', 'ecs'] as const) {
    const { bytes } = writeLines(request({ ...record, body }), format)
    expect(bytes.toString().split('\n')).toHaveLength(2)
  }
})
