import { describe, expect, test } from 'vitest'
import { type JsonObject, type PlainLog, readPlainLog } from './plain-log.ts'
import { parseTime } from './plain-time.ts'

const traceId = '0AF7651916CD43DD8448EB211C80319C'

describe('a log object', () => {
  test('of pino: what is known has its place, the rest are attributes', () => {
    const line = {
      level: 30,
      time: 1764000000123,
      pid: 1,
      name: 'shop',
      msg: 'hi',
      trace_id: traceId,
      n: { a: [1] },
    }
    expect(readPlainLog(line, 5)).toEqual({
      service: 'shop',
      record: {
        timeUnixNano: 1764000000123000000n,
        observedTimeUnixNano: 5000000n,
        severityNumber: 9,
        severityText: 'info',
        body: 'hi',
        traceId: traceId.toLowerCase(),
        spanId: '',
        flags: 0,
        eventName: '',
        droppedAttributesCount: 0,
        attributes: { pid: 1, n: { a: [1] } },
      },
    })
  })

  test('with values that are not what their names say: they stay attributes', () => {
    const odd = {
      level: 'constructor',
      time: 'soon',
      msg: 5,
      service: 7,
      traceId: 'x',
      spanId: '0000000000000000',
    }
    const { service, record } = readPlainLog(odd, 5)
    expect([service, record.severityNumber, record.timeUnixNano, record.body, record.attributes]).toEqual([
      'imported',
      0,
      5000000n,
      '',
      odd,
    ])
  })

  test('nested without end is cut', () => {
    const deep = JSON.parse(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`)
    expect(JSON.stringify(readPlainLog(deep, 5).record.attributes)).toContain('[nested too deep]')
  })
})

test.each([
  ['silly', 1, 'silly'],
  ['verbose', 6, 'verbose'],
  ['http', 7, 'http'],
  ['Notice', 10, 'Notice'],
  ['warning', 13, 'warning'],
  ['crit', 18, 'crit'],
  ['alert', 19, 'alert'],
  ['panic', 21, 'panic'],
  [10, 1, 'trace'],
  [60, 21, 'fatal'],
  ['40', 13, 'warn'],
  ['\u001b[31merror\u001b[39m', 17, 'error'],
  ['SEVERE', 17, 'SEVERE'],
  ['dpanic', 18, 'dpanic'],
  ['INFO+2', 11, 'INFO+2'],
  ['DEBUG-4', 1, 'DEBUG-4'],
  ['ERROR+900', 24, 'ERROR+900'],
  ['loud', 0, ''],
])('the level %s is severity %i', (level, number, text) => {
  const { severityNumber, severityText } = readPlainLog({ level }, 5).record
  expect([severityNumber, severityText]).toEqual([number, text])
})

test.each<[string, JsonObject, Partial<PlainLog['record']> & { service: string }]>([
  [
    'bunyan',
    { name: 'shop', hostname: 'a', pid: 7, level: 50, msg: 'no', time: '2025-11-24T16:00:00.001Z', v: 0 },
    {
      service: 'shop',
      severityNumber: 17,
      severityText: 'error',
      body: 'no',
      timeUnixNano: 1764000000001000000n,
    },
  ],
  [
    'ECS, flat',
    {
      '@timestamp': '2025-11-24T16:00:00.001Z',
      'log.level': 'error',
      message: 'no',
      'service.name': 'shop',
      'trace.id': traceId,
      'span.id': 'b7ad6b7169203331',
    },
    {
      service: 'shop',
      severityNumber: 17,
      severityText: 'error',
      body: 'no',
      traceId: traceId.toLowerCase(),
      spanId: 'b7ad6b7169203331',
      attributes: {},
    },
  ],
  [
    'ECS, nested',
    {
      '@timestamp': '2025-11-24T16:00:00.001Z',
      log: { level: 'WARN', logger: 'x' },
      message: 'no',
      service: { name: 'shop' },
      trace: { id: traceId },
    },
    {
      service: 'shop',
      severityNumber: 13,
      severityText: 'WARN',
      body: 'no',
      traceId: traceId.toLowerCase(),
      attributes: { log: { level: 'WARN', logger: 'x' }, service: { name: 'shop' }, trace: { id: traceId } },
    },
  ],
  [
    'Google Cloud, text',
    {
      timestamp: '2025-11-24T16:00:00.001Z',
      severity: 'CRITICAL',
      textPayload: 'no',
      trace: `projects/p/traces/${traceId}`,
      spanId: 'b7ad6b7169203331',
    },
    {
      service: 'imported',
      severityNumber: 18,
      severityText: 'CRITICAL',
      body: 'no',
      traceId: traceId.toLowerCase(),
      spanId: 'b7ad6b7169203331',
    },
  ],
  [
    'Google Cloud, JSON',
    {
      timestamp: '2025-11-24T16:00:00.001Z',
      severity: 'NOTICE',
      jsonPayload: { message: 'no', n: 1 },
      resource: { labels: { service_name: 'shop' } },
    },
    { service: 'shop', severityNumber: 10, severityText: 'NOTICE', body: 'no' },
  ],
  [
    'zap',
    { level: 'warn', ts: 1764000000.001, logger: 'x', caller: 'a.go:1', msg: 'no' },
    {
      service: 'imported',
      severityNumber: 13,
      severityText: 'warn',
      body: 'no',
      timeUnixNano: 1764000000001000000n,
    },
  ],
  [
    'Serilog',
    { '@t': '2025-11-24T16:00:00.001Z', '@l': 'Warning', '@m': 'no' },
    { service: 'imported', severityNumber: 13, severityText: 'Warning', body: 'no', attributes: {} },
  ],
  [
    'monolog',
    { message: 'no', context: {}, level: 400, level_name: 'ERROR', channel: 'app', datetime: 'x' },
    { service: 'imported', severityNumber: 17, severityText: 'ERROR', body: 'no' },
  ],
])('a line of %s has its level, message, service and ids', (_, line, { service, ...expected }) => {
  const read = readPlainLog(line, 5)
  expect([read.service, read.record]).toMatchObject([service, expected])
})

test.each([
  [1764000000, 1764000000000000000n],
  ['1764000000.5', 1764000000500000000n],
  [1764000000123, 1764000000123000000n],
  [1764000000123456, 1764000000123456000n],
  ['2025-11-24T16:00:00.001Z', 1764000000001000000n],
  [-1, undefined],
  [Number.NaN, undefined],
  ['never', undefined],
  [null, undefined],
])('the time %s', (value, nanos) => expect(parseTime(value)).toBe(nanos))
