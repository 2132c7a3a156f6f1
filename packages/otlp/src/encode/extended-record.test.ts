import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeLogsRequest } from '../decode/message.ts'
import type { LogRecord } from '../model.ts'
import { createByteWriter } from './byte-writer.ts'
import { extendLogRecord } from './extended-record.ts'
import { defaultLimits } from './limits.ts'
import { writeLogRecord } from './log-record.ts'
import { frameRequest } from './request.ts'

const nothing = Buffer.alloc(0)

function decode(...records: Buffer[]): LogRecord[] {
  const request = Buffer.concat(frameRequest(nothing, [{ scope: nothing, records }]))
  return decodeLogsRequest(request)[0]!.scopeLogs[0]!.logRecords
}

test('a record that is extended is as if it had been written so', () => {
  const length = fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 16_000, max: 17_000 }))
  fc.assert(
    fc.property(
      length,
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.boolean(),
      (size, weight, isMore) => {
        const attributes = { text: 'x'.repeat(size), n: 1 }
        const more = isMore ? { 'clew.kept': 'error' } : undefined
        const facts = { timeUnixMs: 1_700_000_000_000, severityNumber: 9, severityText: 'info', body: 'text' }
        const ids = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 3, eventName: 'event' }
        const [alone, extended, whole] = [createByteWriter(64), createByteWriter(64), createByteWriter(64)]
        writeLogRecord(alone, { ...facts, ...ids, attributes }, defaultLimits)
        writeLogRecord(
          whole,
          { ...facts, ...ids, attributes: { ...attributes, ...more } },
          defaultLimits,
          weight,
        )
        writeLogRecord(extended, { ...facts, body: 'before' }, defaultLimits)
        extendLogRecord(extended, alone.buffer.subarray(0, alone.position), weight, more)
        const bytesOf = ({ buffer, position }: typeof whole): Buffer => buffer.subarray(0, position)
        expect(decode(bytesOf(extended))[1]).toEqual(decode(bytesOf(whole))[0])
      },
    ),
  )
})
