import { createByteWriter, defaultLimits, recordOffsets, writeLogRecord } from '@clew/otlp'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Batch, bytesOf, type Part, splitBatch } from './batch.ts'

function encodeRecords(bodies: readonly string[]): Buffer {
  const writer = createByteWriter()
  for (const body of bodies) {
    writeLogRecord(writer, { timeUnixMs: 0, severityNumber: 9, severityText: '', body }, defaultLimits)
  }
  return writer.buffer.subarray(0, writer.position)
}

function batchOf(scopes: readonly (readonly string[])[], release = (): void => {}): Batch {
  const parts = scopes.map((bodies, at) => ({ scope: Buffer.from([at]), records: [encodeRecords(bodies)] }))
  const count = scopes.reduce((sum, bodies) => sum + bodies.length, 0)
  return {
    signal: 'logs',
    id: 1,
    resource: Buffer.alloc(0),
    parts,
    count,
    bytes: bytesOf(parts),
    fromSpool: false,
    release,
  }
}

const partsOf = (batch: Batch): readonly Part[] => ('parts' in batch ? batch.parts : [])

const recordsIn = (batch: Batch): number =>
  partsOf(batch).reduce(
    (sum, { records }) => sum + records.reduce((inner, piece) => inner + recordOffsets(piece).length, 0),
    0,
  )

const contentOf = (batches: readonly Batch[]): Map<number, string> => {
  const content = new Map<number, string>()
  for (const batch of batches) {
    for (const { scope, records } of partsOf(batch)) {
      const key = scope.readUInt8(0)
      content.set(key, (content.get(key) ?? '') + Buffer.concat(records).toString('latin1'))
    }
  }
  return content
}

test('halves hold the same records in the same order, cut between two records', () => {
  const scopes = fc.array(fc.array(fc.string({ maxLength: 300 }), { minLength: 1, maxLength: 9 }), {
    minLength: 1,
    maxLength: 4,
  })
  fc.assert(
    fc.property(scopes, (bodies) => {
      const whole = batchOf(bodies)
      const halves = splitBatch(whole)
      if (halves === undefined) {
        expect(whole.count).toBe(1)
        return
      }
      expect(contentOf(halves)).toEqual(contentOf([whole]))
      expect(halves.map(recordsIn)).toEqual([whole.count >> 1, whole.count - (whole.count >> 1)])
      expect(halves.map(({ count }) => count)).toEqual(halves.map(recordsIn))
      expect(halves[0].bytes + halves[1].bytes).toBe(whole.bytes)
    }),
  )
})

test('the memory of a halved batch is given back once, after both halves', () => {
  let released = 0
  const [left, right] = splitBatch(batchOf([['a', 'b', 'c']], () => released++)) ?? []
  left?.release()
  const after = released
  right?.release()
  expect([after, released]).toEqual([0, 1])
})
