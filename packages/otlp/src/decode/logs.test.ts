import { describe, expect, test } from 'vitest'
import { attribute, field, fixed32, fixed64, number, varint } from '../../test/wire.ts'
import type { LogRecord, Value } from '../model.ts'
import { isOtlpDecodeError } from './decode-error.ts'
import { decodeLogsRequest } from './message.ts'

const emptyRecord: LogRecord = {
  timeUnixNano: 0n,
  observedTimeUnixNano: 0n,
  severityNumber: 0,
  severityText: '',
  body: null,
  attributes: {},
  droppedAttributesCount: 0,
  flags: 0,
  traceId: '',
  spanId: '',
  eventName: '',
}

function requestOf(...record: Uint8Array[]): Buffer {
  return field(1, field(2, field(2, ...record)))
}

function decodeRecord(...record: Uint8Array[]): LogRecord {
  return decodeLogsRequest(requestOf(...record))[0]!.scopeLogs[0]!.logRecords[0]!
}

function decodeBody(...anyValue: Uint8Array[]): Value {
  return decodeRecord(field(5, ...anyValue)).body
}

function errorOf(bytes: Uint8Array): { code: string; place: string; message: string } | undefined {
  try {
    decodeLogsRequest(bytes)
    return undefined
  } catch (error) {
    if (!isOtlpDecodeError(error)) throw error
    return { code: error.code, place: error.place, message: error.message }
  }
}

describe('records', () => {
  test('every field of a log record has its place', () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const record = decodeRecord(
      fixed64(1, 1_795_474_426_304_000_123n),
      fixed64(11, 0xffff_ffff_ffff_ffffn),
      number(2, 17),
      field(3, 'ERROR'),
      field(5, field(1, 'größer 🧵')),
      field(6, attribute('order.id', number(3, 12))),
      number(7, 3),
      fixed32(8, 0x8000_0001),
      field(9, Buffer.from(traceId, 'hex')),
      field(10, Buffer.from('b7ad6b7169203331', 'hex')),
      field(12, 'payment_failed'),
    )
    expect(record).toEqual({
      timeUnixNano: 1_795_474_426_304_000_123n,
      observedTimeUnixNano: 0xffff_ffff_ffff_ffffn,
      severityNumber: 17,
      severityText: 'ERROR',
      body: 'größer 🧵',
      attributes: { 'order.id': 12 },
      droppedAttributesCount: 3,
      flags: 0x8000_0001,
      traceId,
      spanId: 'b7ad6b7169203331',
      eventName: 'payment_failed',
    })
  })

  test('an empty request has no records, and an empty record has the zero values', () => {
    expect([decodeLogsRequest(new Uint8Array()), decodeRecord()]).toEqual([[], emptyRecord])
  })

  test('the bytes may be a part of a larger buffer', () => {
    const request = requestOf(fixed64(1, 5n), field(3, 'INFO'))
    const larger = new Uint8Array(request.length + 7)
    larger.set(request, 3)
    expect(decodeLogsRequest(larger.subarray(3, 3 + request.length))).toEqual(decodeLogsRequest(request))
  })

  test('ids of a wrong length are kept as the hex of what came', () => {
    const record = decodeRecord(field(9, Buffer.from('0aff', 'hex')), field(10, Buffer.alloc(16, 0xab)))
    expect([record.traceId, record.spanId]).toEqual(['0aff', 'ab'.repeat(16)])
  })

  test('bytes are copied, so that they do not keep the request alive', () => {
    const bytes = decodeBody(field(7, Buffer.from([1, 2, 3]))) as Uint8Array
    expect([bytes, bytes.buffer.byteLength]).toEqual([new Uint8Array([1, 2, 3]), 3])
  })

  test('invalid UTF-8 becomes replacement characters in texts and in keys', () => {
    const broken = Buffer.from([0x61, 0xff, 0x62, 0xe2, 0x82])
    const record = decodeRecord(
      field(5, field(1, broken)),
      field(6, field(1, broken), field(2, number(2, 1))),
      field(6, field(1, broken), field(2, number(2, 1))),
    )
    expect([record.body, record.attributes]).toEqual(['a\ufffdb\ufffd', { 'a\ufffdb\ufffd': true }])
  })

  test('integers are numbers where those are exact and bigints elsewhere', () => {
    const integers = [0n, -1n, 2n ** 53n - 1n, 2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)]
    expect(integers.map((value) => decodeBody(number(3, value)))).toEqual([
      0,
      -1,
      Number.MAX_SAFE_INTEGER,
      2n ** 53n,
      -(2n ** 53n),
      2n ** 63n - 1n,
      -(2n ** 63n),
    ])
  })

  test('names of Object.prototype are keys like any other', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
    const { attributes } = decodeRecord(...names.map((name) => field(6, attribute(name, field(1, name)))))
    expect(Object.entries(attributes)).toEqual(names.map((name) => [name, name]))
    expect('valueOf' in attributes).toBe(false)
    expect(({} as Record<string, unknown>).polluted).toBe(undefined)
  })
})

describe('what protobuf says of fields that come twice', () => {
  test('the last of two scalars stays', () => {
    const record = decodeRecord(field(3, 'INFO'), number(2, 9), field(3, 'WARN'), number(2, 13))
    expect(record).toEqual({ ...emptyRecord, severityText: 'WARN', severityNumber: 13 })
  })

  test('two embedded messages are merged', () => {
    const first = field(1, field(1, attribute('a', number(3, 1))), number(2, 7))
    const second = field(1, field(1, attribute('b', number(3, 2))))
    expect(decodeLogsRequest(field(1, first, second))[0]!.resource).toEqual({
      attributes: { a: 1, b: 2 },
      droppedAttributesCount: 7,
    })
  })

  test('two bodies are merged: lists and maps grow, another kind replaces, an empty one changes nothing', () => {
    const list = (value: number) => field(5, field(5, field(1, number(3, value))))
    const map = (key: string) => field(5, field(6, field(1, attribute(key, number(3, 1)))))
    const text = field(5, field(1, 'text'))
    const bodies = [
      decodeRecord(list(1), list(2)).body,
      decodeRecord(map('a'), map('b')).body,
      decodeRecord(list(1), text).body,
      decodeRecord(text, list(1)).body,
      decodeRecord(text, field(5)).body,
    ]
    expect(bodies).toEqual([[1, 2], { a: 1, b: 1 }, 'text', [1], 'text'])
  })

  test('of two attributes with one key the last stays', () => {
    const record = decodeRecord(
      field(6, attribute('a', number(3, 1))),
      field(6, attribute('a', field(1, 'last'))),
    )
    expect(record.attributes).toEqual({ a: 'last' })
  })
})

describe('fields that are not known', () => {
  test('unknown fields of every wire type are passed over at every level', () => {
    const unknown = [
      number(900, 2n ** 63n),
      fixed64(901, 1n),
      field(902, 'text'),
      fixed32(903, 1),
      number(536_870_911, 1),
    ]
    const anyValue = field(2, ...unknown, field(1, 'v'), ...unknown)
    const record = field(2, ...unknown, field(6, ...unknown, field(1, 'k'), anyValue), ...unknown)
    const scope = field(1, ...unknown, field(1, 'scope'))
    const resource = field(1, ...unknown, number(2, 1))
    const request = Buffer.concat([...unknown, field(1, ...unknown, resource, field(2, scope, record))])
    expect(decodeLogsRequest(request)).toEqual([
      {
        resource: { attributes: {}, droppedAttributesCount: 1 },
        schemaUrl: '',
        scopeLogs: [
          {
            scope: { name: 'scope', version: '', attributes: {}, droppedAttributesCount: 0 },
            schemaUrl: '',
            logRecords: [{ ...emptyRecord, attributes: { k: 'v' } }],
          },
        ],
      },
    ])
  })

  test('a known field with another wire type is passed over', () => {
    expect(decodeRecord(number(3, 5), field(2, 'text'), fixed32(1, 5), field(8, 'x'))).toEqual(emptyRecord)
  })

  test('groups are refused with their place', () => {
    expect([errorOf(varint((5 << 3) | 3)), errorOf(varint((5 << 3) | 4))]).toEqual([
      {
        code: 'CLEW_OTLP_TAG',
        place: 'byte 1',
        message: 'OTLP, byte 1: field 5 has the unsupported wire type 3',
      },
      {
        code: 'CLEW_OTLP_TAG',
        place: 'byte 1',
        message: 'OTLP, byte 1: field 5 has the unsupported wire type 4',
      },
    ])
  })
})

describe('bytes that are not protobuf', () => {
  test('a request that ends too early at any byte is an error, or fewer records', () => {
    const record = requestOf(fixed64(1, 5n), field(3, 'INFO'), field(6, attribute('k', number(3, 300))))
    const whole = Buffer.concat([record, record])
    for (let end = 1; end < whole.length; end++) {
      const error = errorOf(whole.subarray(0, end))
      expect([end, error?.code]).toEqual([end, end === record.length ? undefined : 'CLEW_OTLP_TRUNCATED'])
    }
  })

  test('a field that is longer than the message around it is an error with both lengths', () => {
    const inner = Buffer.concat([varint((2 << 3) | 2), varint(200), Buffer.alloc(10)])
    const request = Buffer.concat([field(1, inner), Buffer.alloc(500)])
    expect(errorOf(request)).toEqual({
      code: 'CLEW_OTLP_TRUNCATED',
      place: 'byte 3',
      message: 'OTLP, byte 3: a field of 200 bytes, 10 left',
    })
  })

  test('a length beyond 32 bits is not cut down to one that fits', () => {
    const request = Buffer.concat([varint(10), varint(2n ** 32n), Buffer.alloc(10)])
    expect(errorOf(request)?.message).toBe('OTLP, byte 1: a field of 4294967296 bytes, 10 left')
  })

  test('a number of more than 10 bytes is an error; one of 10 is not', () => {
    const long = Buffer.concat([varint(5 << 3), Buffer.alloc(10, 0x80), Buffer.from([1])])
    const full = Buffer.concat([varint(5 << 3), Buffer.alloc(9, 0x80), Buffer.from([1])])
    expect([errorOf(long)?.code, errorOf(full)]).toEqual(['CLEW_OTLP_VARINT', undefined])
  })

  test('a field number of zero or beyond 29 bits is an error', () => {
    const codes = [varint(0), varint(2), varint(2n ** 32n + 8n)].map((tag) => errorOf(tag)?.code)
    expect(codes).toEqual(['CLEW_OTLP_TAG', 'CLEW_OTLP_TAG', 'CLEW_OTLP_TAG'])
  })

  test.each([
    ['lists', (inner: Buffer) => field(5, field(1, inner))],
    ['maps', (inner: Buffer) => field(6, field(1, attribute('k', inner)))],
  ])('32 levels of %s are decoded, one more or 2,000 are an error', (_, wrap) => {
    const nested = (levels: number) => {
      let value = field(1, 'innermost')
      for (let level = 1; level < levels; level++) value = wrap(value)
      return requestOf(field(5, value))
    }
    const outcomes = [32, 33, 2000].map((levels) => errorOf(nested(levels))?.code)
    expect(outcomes).toEqual([undefined, 'CLEW_OTLP_DEPTH', 'CLEW_OTLP_DEPTH'])
  })
})
