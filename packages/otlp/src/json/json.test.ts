import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomLogs, randomSpans } from '../../test/random-request.ts'
import { isOtlpDecodeError } from '../decode/decode-error.ts'
import type { LogRecord, Value } from '../model.ts'
import { parseLogsJson, parseTracesJson } from './parse.ts'
import { logsToJson, tracesToJson } from './write.ts'

describe('what is written comes back', () => {
  test('random log requests survive the way to JSON and back', () => {
    const survives = fc.property(randomLogs, (request) => {
      expect(parseLogsJson(logsToJson(request))).toEqual(request)
    })
    fc.assert(survives, { numRuns: 3000 })
  })

  test('random trace requests survive the way to JSON and back', () => {
    const survives = fc.property(randomSpans, (request) => {
      expect(parseTracesJson(Buffer.from(tracesToJson(request)))).toEqual(request)
    })
    fc.assert(survives, { numRuns: 3000 })
  })
})

function logsJson(record: object | string): string {
  const text = typeof record === 'string' ? record : JSON.stringify(record)
  return `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${text}]}]}]}`
}

function parseRecord(record: object | string): LogRecord {
  return parseLogsJson(logsJson(record))[0]!.scopeLogs[0]!.logRecords[0]!
}

function parseBody(body: unknown): Value {
  return parseRecord({ body }).body
}

function errorOf(text: string): { code: string; message: string } | undefined {
  try {
    parseLogsJson(text)
    return undefined
  } catch (error) {
    if (!isOtlpDecodeError(error)) throw error
    return { code: error.code, message: error.message }
  }
}

const inRecord = 'OTLP, resourceLogs[0].scopeLogs[0].logRecords[0]'

describe('what OTLP JSON allows', () => {
  test('the example of the specification is read', () => {
    // https://github.com/open-telemetry/opentelemetry-proto/blob/main/examples/logs.json
    const record = parseRecord({
      timeUnixNano: '1544712660300000000',
      observedTimeUnixNano: '1544712660300000000',
      severityNumber: 10,
      severityText: 'Information',
      traceId: '5B8EFFF798038103D269B633813FC60C',
      spanId: 'EEE19B7EC3C1B174',
      body: { stringValue: 'Example log record' },
      attributes: [
        { key: 'string.attribute', value: { stringValue: 'some string' } },
        { key: 'boolean.attribute', value: { boolValue: true } },
        { key: 'int.attribute', value: { intValue: '10' } },
        { key: 'double.attribute', value: { doubleValue: 637.704 } },
        { key: 'array.attribute', value: { arrayValue: { values: [{ stringValue: 'many' }, {}] } } },
        {
          key: 'map.attribute',
          value: { kvlistValue: { values: [{ key: 'some.map.key', value: { stringValue: 'some value' } }] } },
        },
      ],
    })
    expect(record).toEqual({
      timeUnixNano: 1_544_712_660_300_000_000n,
      observedTimeUnixNano: 1_544_712_660_300_000_000n,
      severityNumber: 10,
      severityText: 'Information',
      body: 'Example log record',
      attributes: {
        'string.attribute': 'some string',
        'boolean.attribute': true,
        'int.attribute': 10,
        'double.attribute': 637.704,
        'array.attribute': ['many', null],
        'map.attribute': { 'some.map.key': 'some value' },
      },
      droppedAttributesCount: 0,
      flags: 0,
      traceId: '5b8efff798038103d269b633813fc60c',
      spanId: 'eee19b7ec3c1b174',
      eventName: '',
    })
  })

  test('64-bit integers may be JSON numbers and stay exact', () => {
    const record = parseRecord(
      '{"timeUnixNano":1544712660300000001,"observedTimeUnixNano":5,"body":{"intValue":-9223372036854775807}}',
    )
    expect([record.timeUnixNano, record.observedTimeUnixNano, record.body]).toEqual([
      1_544_712_660_300_000_001n,
      5n,
      -9_223_372_036_854_775_807n,
    ])
  })

  test('null and unknown fields count as absent', () => {
    const record = {
      timeUnixNano: null,
      body: { stringValue: null, futureValue: 1 },
      attributes: null,
      x: {},
    }
    expect(parseRecord(record)).toEqual(parseRecord({}))
  })

  test('a double may be a string, as NaN and the infinities have to be', () => {
    const doubles = ['NaN', 'Infinity', '-Infinity', '-0', '1.5', 3].map((doubleValue) =>
      parseBody({ doubleValue }),
    )
    expect(doubles).toEqual([Number.NaN, Infinity, -Infinity, -0, 1.5, 3])
  })

  test('bytes are base64, also URL-safe and without padding', () => {
    const bytes = ['+/8=', '-_8', ''].map((bytesValue) => parseBody({ bytesValue }))
    expect(bytes).toEqual([new Uint8Array([0xfb, 0xff]), new Uint8Array([0xfb, 0xff]), new Uint8Array()])
  })

  test('__proto__ is a key like any other', () => {
    const { attributes } = parseRecord({ attributes: [{ key: '__proto__', value: { stringValue: 'x' } }] })
    expect(Object.entries(attributes)).toEqual([['__proto__', 'x']])
  })
})

describe('what it does not allow is refused with its path', () => {
  test.each([
    [{ timeUnixNano: 'yesterday' }, '.timeUnixNano: must be an integer, as a number or a string of digits'],
    [{ timeUnixNano: 1.5 }, '.timeUnixNano: must be an integer, as a number or a string of digits'],
    [{ timeUnixNano: '-1' }, '.timeUnixNano: must fit in 64 bits, unsigned'],
    [{ severityNumber: 'SEVERITY_NUMBER_INFO' }, '.severityNumber: must be a 32-bit integer'],
    [{ traceId: 'W47/95gDgQPSabYzgT/GDA==' }, '.traceId: must be hex digits, two for each byte'],
    [{ traceId: 'abc' }, '.traceId: must be hex digits, two for each byte'],
    [{ severityText: 9 }, '.severityText: must be a string'],
    [{ body: 'text' }, '.body: must be an object'],
    [{ body: { stringValue: 1 } }, '.body.stringValue: must be a string'],
    [{ body: { boolValue: 'true' } }, '.body.boolValue: must be true or false'],
    [{ body: { intValue: '9223372036854775808' } }, '.body.intValue: must fit in 64 bits, signed'],
    [{ body: { doubleValue: 'much' } }, '.body.doubleValue: must be a number'],
    [{ body: { bytesValue: '*' } }, '.body.bytesValue: must be base64'],
    [{ attributes: {} }, '.attributes: must be an array'],
    [{ attributes: [{}, 5] }, '.attributes[1]: must be an object'],
    [
      { body: { arrayValue: { values: [{ kvlistValue: { values: [{ key: 1 }] } }] } } },
      '.body.arrayValue.values[0].kvlistValue.values[0].key: must be a string',
    ],
  ])('%j', (record, problem) => {
    expect(errorOf(logsJson(record))).toEqual({ code: 'CLEW_OTLP_JSON', message: inRecord + problem })
  })

  test('a text that is not JSON, and JSON that is not an object', () => {
    expect([errorOf('<html>')?.message, errorOf('[]')?.message]).toEqual([
      expect.stringMatching(/^OTLP, top level: not JSON: /),
      'OTLP, top level: must be an object',
    ])
  })

  test('32 levels are parsed, one more is an error, and so are 100,000 brackets', () => {
    const nested = (levels: number) => {
      let value: object = { stringValue: 'innermost' }
      for (let level = 1; level < levels; level++) value = { arrayValue: { values: [value] } }
      return logsJson({ body: value })
    }
    const brackets = `{"timeUnixNano":1544712660300000001,"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    const outcomes = [nested(32), nested(33)].map((text) => errorOf(text)?.code)
    expect(outcomes).toEqual([undefined, 'CLEW_OTLP_DEPTH'])
    expect(errorOf(logsJson(brackets))?.message).toBe('OTLP, top level: nested too deep')
  })

  const digits = '9'.repeat(10_000_000)
  test.each([
    [`"body":{"doubleValue":${digits}}`, undefined],
    [`"unknown":-${digits}`, undefined],
    [
      `"body":{"intValue":${digits}}`,
      '.body.intValue: must be an integer, as a number or a string of digits',
    ],
    [`"body":{"intValue":1${'0'.repeat(20)}}`, '.body.intValue: must fit in 64 bits, signed'],
    [`"severityNumber":${digits}`, '.severityNumber: must be a 32-bit integer'],
    [`"timeUnixNano":${digits}`, '.timeUnixNano: must be an integer, as a number or a string of digits'],
    [`"timeUnixNano":"${digits}"`, '.timeUnixNano: must be an integer, as a number or a string of digits'],
    [`"timeUnixNano":1544712660300000001${' '.repeat(10_000_000)}`, undefined],
  ])('numbers of ten million digits cost no more than their place says: %.30s…', (fields, problem) => {
    const message = errorOf(logsJson(`{${fields}}`))?.message
    expect(message).toBe(problem === undefined ? undefined : inRecord + problem)
  })
})

test('zero values are left out of the JSON', () => {
  const record = { ...parseRecord({}), severityNumber: 9 }
  const scope = { name: '', version: '', attributes: {}, droppedAttributesCount: 0 }
  const resource = { attributes: {}, droppedAttributesCount: 0 }
  const request = [{ resource, schemaUrl: '', scopeLogs: [{ scope, schemaUrl: '', logRecords: [record] }] }]
  expect(logsToJson(request)).toBe(
    '{"resourceLogs":[{"resource":{},"scopeLogs":[{"scope":{},"logRecords":[{"severityNumber":9}]}]}]}',
  )
})
