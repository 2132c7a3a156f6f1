import { describe, expect, test } from 'vitest'
import { parseTime, readPlainLog } from './plain-log.ts'

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
  ['loud', 0, ''],
])('the level %s is severity %i', (level, number, text) => {
  const { severityNumber, severityText } = readPlainLog({ level }, 5).record
  expect([severityNumber, severityText]).toEqual([number, text])
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
