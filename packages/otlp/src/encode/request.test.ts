import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeLogsRequestByProtobufjs } from '../../test/protobufjs-decoder.ts'
import { recordOffsets } from '../decode/reader.ts'
import { createByteWriter } from './byte-writer.ts'
import { defaultLimits } from './limits.ts'
import { writeLogRecord } from './log-record.ts'
import { encodeResource, encodeScope, frameRequest } from './request.ts'

function records(...bodies: string[]): Buffer {
  const writer = createByteWriter(64)
  for (const body of bodies) {
    writeLogRecord(writer, { timeUnixMs: 1, severityNumber: 9, severityText: 'info', body }, defaultLimits)
  }
  return writer.buffer.subarray(0, writer.position)
}

test('a request holds its resource, and per scope the records of all its buffers, which are not copied', () => {
  const [first, second, third] = [records('a', 'b'), records('c'), records('x'.repeat(70_000))]
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`key${index}`, index]))
  const buffers = frameRequest(
    encodeResource({ 'service.name': 'shop', ...many }),
    [
      { scope: encodeScope('winston', '3.19.0'), records: [first, second] },
      { scope: encodeScope('pino', ''), records: [new Uint8Array(third)] },
      { scope: encodeScope('', ''), records: [] },
    ],
    'https://opentelemetry.io/schemas/1.38.0',
  )
  const schemaUrl = 'https://opentelemetry.io/schemas/1.38.0'
  expect(buffers).toEqual(expect.arrayContaining([first, second]))
  expect(
    buffers.filter((buffer) => buffer.buffer === first.buffer && buffer.length === first.length),
  ).toHaveLength(1)
  expect(decodeLogsRequestByProtobufjs(Buffer.concat(buffers))).toEqual([
    {
      resource: [
        ['service.name', { text: 'shop' }],
        ...Object.entries(many).map(([key, value]) => [key, { int: BigInt(value) }]),
      ],
      schemaUrl,
      scopes: [
        { name: 'winston', version: '3.19.0', schemaUrl, bodies: ['a', 'b', 'c'] },
        { name: 'pino', version: null, schemaUrl, bodies: ['x'.repeat(70_000)] },
        { name: null, version: null, schemaUrl, bodies: [] },
      ],
    },
  ])
})

test('without a schema URL none is sent', () => {
  const bytes = Buffer.concat(
    frameRequest(encodeResource({}), [{ scope: encodeScope('s', '1'), records: [records('a')] }]),
  )
  expect(decodeLogsRequestByProtobufjs(bytes)).toEqual([
    { resource: [], schemaUrl: null, scopes: [{ name: 's', version: '1', schemaUrl: null, bodies: ['a'] }] },
  ])
})

test('records are found again at their offsets, whatever their lengths', () => {
  const bodies = fc.array(
    fc.nat({ max: 20_000 }).map((length) => 'x'.repeat(length)),
    { maxLength: 5 },
  )
  fc.assert(
    fc.property(bodies, (texts) => {
      let length = 0
      const offsets = texts.map((text) => {
        const offset = length
        length += records(text).length
        return offset
      })
      expect(recordOffsets(records(...texts))).toEqual(offsets)
    }),
  )
})

test('the offsets end where a record is cut off', () => {
  const whole = records('a', 'x'.repeat(300))
  const [, second] = recordOffsets(whole)
  const found = [0, 1, 2, 3, second!, second! + 1, second! + 2, whole.length - 1].map(
    (end) => recordOffsets(whole.subarray(0, end)).length,
  )
  expect(found).toEqual([0, 0, 0, 0, 1, 1, 1, 1])
})
