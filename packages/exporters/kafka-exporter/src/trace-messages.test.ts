import { decodeLogsRequest, encodeLogsRequest, isOtlpDecodeError, type ResourceLogs } from '@clew/otlp'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { flatMessages } from './flat-json.ts'
import { traceMessages } from './trace-messages.ts'

const traces = ['', 'a'.repeat(32), 'b'.repeat(32), '0'.repeat(32)]

const record = (body: string, traceId: string): ResourceLogs['scopeLogs'][number]['logRecords'][number] => ({
  ...{ timeUnixNano: 1_764_409_200_123_000_000n, observedTimeUnixNano: 1_764_409_200_123_000_000n },
  ...{ severityNumber: 17, severityText: 'error', body, attributes: {}, droppedAttributesCount: 0 },
  ...{ flags: 1, traceId, spanId: /[^0]/.test(traceId) ? '1'.repeat(16) : '', eventName: '' },
})

/** Requests of one resource, as they are made here: records of some traces in some scopes. */
const requests = fc
  .array(fc.array(fc.constantFrom(...traces), { maxLength: 30 }), { maxLength: 4 })
  .map((scopes) => ({
    resource: { attributes: { 'service.name': 'shop' }, droppedAttributesCount: 0 },
    schemaUrl: '',
    scopeLogs: scopes.map((ids, scope) => ({
      scope: { name: `scope ${scope}`, version: '1', attributes: {}, droppedAttributesCount: 0 },
      schemaUrl: '',
      logRecords: ids.map((id, at) => record(`${scope} ${at}`, id)),
    })),
  }))

type Entry = { key: string | undefined; scope: string; resource: object; one: object }

test('each record is in one message, in that of its trace, with its scope and its resource, in its order', () => {
  fc.assert(
    fc.property(requests, (logs) => {
      const messages = traceMessages(encodeLogsRequest([logs]))
      const keys = messages.map(({ key }) => key?.toString() ?? '')
      expect(new Set(keys).size).toBe(keys.length)
      const read: Entry[] = messages.flatMap(({ value }, at) =>
        decodeLogsRequest(value).flatMap(({ resource, scopeLogs }) =>
          scopeLogs.flatMap(({ scope, logRecords }) =>
            logRecords.map((one) => ({ key: keys[at], scope: scope.name, resource, one })),
          ),
        ),
      )
      const wanted: Entry[] = logs.scopeLogs.flatMap(({ scope, logRecords }) =>
        logRecords.map((one) => {
          const key = /[^0]/.test(one.traceId) ? one.traceId : ''
          return { key, scope: scope.name, resource: logs.resource, one }
        }),
      )
      for (const key of keys) {
        const of = (list: Entry[]) => list.filter((entry) => entry.key === key)
        expect(of(read)).toEqual(of(wanted))
      }
      expect(read).toHaveLength(wanted.length)
    }),
  )
})

test('a message stays below what brokers take by default', () => {
  const logRecords = Array.from({ length: 40 }, () => record('x'.repeat(40_000), traces[1]!))
  const scope = { name: 's', version: '', attributes: {}, droppedAttributesCount: 0 }
  const resource = { attributes: {}, droppedAttributesCount: 0 }
  const request = encodeLogsRequest([
    { resource, schemaUrl: '', scopeLogs: [{ scope, schemaUrl: '', logRecords }] },
  ])
  const sizes = traceMessages(request).map(({ value }) => value.length)
  expect([sizes.length, Math.max(...sizes) < 600_000]).toEqual([4, true])
})

test('what is no request is told from a failure of the brokers', () => {
  for (const read of [traceMessages, flatMessages]) {
    let thrown: unknown
    try {
      read(Buffer.from([0x0a, 0xff, 0x01]))
    } catch (error) {
      thrown = error
    }
    expect(isOtlpDecodeError(thrown)).toBe(true)
  }
})

test('a flat object has the fields that consumers know, and no attribute can pose as one', () => {
  const attributes = {
    order: 7,
    level: 'fake',
    big: 2n ** 60n,
    nested: { list: [1, Number.NaN] },
    bytes: new Uint8Array([1]),
  }
  const request = encodeLogsRequest([
    {
      resource: {
        attributes: { 'service.name': 'shop', 'host.name': 'h', 'deployment.environment.name': 'prod' },
        droppedAttributesCount: 0,
      },
      schemaUrl: '',
      scopeLogs: [
        {
          scope: { name: 's', version: '', attributes: {}, droppedAttributesCount: 0 },
          schemaUrl: '',
          logRecords: [{ ...record('payment_failed', traces[1]!), eventName: 'failed', attributes }],
        },
      ],
    },
  ])
  const [message] = flatMessages(request)
  expect([message!.key?.toString(), JSON.parse(message!.value.toString())]).toEqual([
    traces[1],
    {
      ...{ ts: '2025-11-29T09:40:00.123Z', level: 'error', service: 'shop', message: 'payment_failed' },
      ...{ event: 'failed', trace_id: traces[1], span_id: '1'.repeat(16), host: 'h', env: 'prod' },
      ...{ order: 7, 'attributes.level': 'fake', big: String(2n ** 60n) },
      ...{ nested: { list: [1, 'NaN'] }, bytes: 'AQ==' },
    },
  ])
})
