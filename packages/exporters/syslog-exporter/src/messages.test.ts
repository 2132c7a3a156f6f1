import { encodeLogsRequest, type LogRecord, severityOf } from '@clew/otlp'
import { expect, test } from 'vitest'
import { syslogMessages, syslogSeverity } from './messages.ts'
import { parseServer } from './options.ts'

const record: LogRecord = {
  ...{ timeUnixNano: 1_764_409_200_123_456_789n, observedTimeUnixNano: 1_764_409_200_123_456_789n },
  ...{ severityNumber: 17, severityText: 'error', body: 'payment_failed', eventName: 'payment failed' },
  ...{ attributes: { order: 7 }, droppedAttributesCount: 0, flags: 0x101 },
  ...{ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' },
}

const messages = (
  records: LogRecord[],
  resource: Record<string, string | number>,
  maxMessageBytes = 8192,
): string[] => {
  const request = encodeLogsRequest([
    {
      resource: { attributes: resource, droppedAttributesCount: 0 },
      schemaUrl: '',
      scopeLogs: [
        {
          scope: { name: 'test', version: '', attributes: {}, droppedAttributesCount: 0 },
          ...{ schemaUrl: '', logRecords: records },
        },
      ],
    },
  ])
  return syslogMessages(request, { facility: 16, maxMessageBytes }, 'machine').map(String)
}

test('a message has a header of RFC 5424, the structured data of OpenTelemetry, the text and its attributes', () => {
  const plain = {
    ...record,
    severityNumber: 0,
    body: null,
    eventName: '',
    attributes: {},
    traceId: '',
    spanId: '',
  }
  expect(messages([record, plain], { 'service.name': 'my shop', 'process.pid': 42 })).toEqual([
    '<131>1 2025-11-29T09:40:00.123456Z machine my_shop 42 payment_failed [opentelemetry trace_id="4bf92f3577b34da6a3ce929d0e0e4736" span_id="00f067aa0ba902b7" trace_flags="01"] payment_failed {"order":7}',
    '<134>1 2025-11-29T09:40:00.123456Z machine my_shop 42 - - ',
  ])
})

test('nothing from outside can break a header', () => {
  const [message] = messages([{ ...record, eventName: `a\n<1>${'é'.repeat(40)}` }], {
    ...{ 'service.name': 's'.repeat(60), 'host.name': 'h\u0000 ]"' },
  })
  expect(message!.split(' ').slice(2, 6)).toEqual(['h__]"', 's'.repeat(48), '-', `a_<1>${'_'.repeat(27)}`])
})

test('a message that is longer than the server takes is cut between two characters, and says so', () => {
  const [message = ''] = messages([{ ...record, body: '€'.repeat(400) }], {}, 600)
  expect(Buffer.byteLength(message)).toBeLessThanOrEqual(600)
  expect(message).toMatch(/€…$/)
})

test('severities are those of the specification, backwards', () => {
  const names = ['emerg', 'alert', 'crit', 'error', 'warning', 'notice', 'info', 'debug', 'trace', 'fatal']
  expect(names.map((name) => [name, syslogSeverity(severityOf(name), name)])).toEqual([
    ...[
      ['emerg', 0],
      ['alert', 1],
      ['crit', 2],
      ['error', 3],
      ['warning', 4],
      ['notice', 5],
      ['info', 6],
    ],
    ...[
      ['debug', 7],
      ['trace', 7],
      ['fatal', 2],
    ],
  ])
})

test('an address is a way and a place', () => {
  expect(
    [
      'udp://h',
      'TCP://h:1',
      'tls://[::1]:6514',
      'unix:/run/log',
      'unix:///run/log',
      'h:514',
      'http://h',
      'tcp://h:99999',
      'udp://u:p@h',
    ].map(parseServer),
  ).toEqual([
    { by: 'udp', host: 'h', port: 514 },
    { by: 'tcp', host: 'h', port: 1 },
    { by: 'tls', host: '::1', port: 6514 },
    ...[
      { by: 'unix', path: '/run/log' },
      { by: 'unix', path: '/run/log' },
    ],
    ...Array(4).fill(undefined),
  ])
})
