import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableLogRecord } from '@opentelemetry/sdk-logs'
import { expect, test } from 'vitest'
import { encoders } from '../encoding/encoders.ts'
import { makeRecords } from '../encoding/records.ts'
import { eachLog, type SeenLog } from './read-otlp.ts'

function seenIn(request: Uint8Array): SeenLog[] {
  const seen: SeenLog[] = []
  eachLog(Buffer.from(request), (log) => seen.push(log))
  return seen
}

const expected = Array.from({ length: 30 }, (_, id) => ({ id, inTrace: true }))

test.each(Object.keys(encoders))('reads the id of each record that %s encoded', (encoder) => {
  expect(seenIn(Buffer.concat(encoders[encoder]!(makeRecords(30))()))).toEqual(expected)
})

test('a record without a trace and without a numeric id is seen as that', () => {
  const record = {
    resource: { attributes: {}, asyncAttributesPending: false },
    instrumentationScope: { name: 'winston' },
    hrTime: [1, 0],
    hrTimeObserved: [1, 0],
    attributes: { id: 'seven', other: 7 },
    droppedAttributesCount: 0,
  } as unknown as ReadableLogRecord
  expect(seenIn(ProtobufLogsSerializer.serializeRequest([record])!)).toEqual([
    { id: undefined, inTrace: false },
  ])
})

test('a request that is cut off throws', () => {
  const request = Buffer.concat(encoders.clew!(makeRecords(2))())
  expect(() => seenIn(request.subarray(0, -1))).toThrow('runs over')
})
