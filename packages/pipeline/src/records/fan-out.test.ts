import { decodeLogsRequest, defaultLimits, type LogInput } from '@clew/otlp'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RecordFilter } from '../pipeline.ts'
import { frameBatch } from './batch.ts'
import { WriterPool } from './chunk.ts'
import { createFanOut } from './fan-out.ts'
import { ByteQueue, createBudget } from './queue.ts'

function openQueue(maxBytes?: number): ByteQueue {
  return new ByteQueue({
    ...{ signal: 'logs', lane: 'logs', resource: Buffer.alloc(0), budget: createBudget(maxBytes) },
    ...{ pool: new WriterPool(), mirror: undefined, overflow() {}, canOverflow: () => false },
    ...{ onFirst() {}, onSealed() {}, onDropped() {} },
  })
}

/** Bodies by scope, in their order. */
function bodiesIn(queue: ByteQueue): Record<string, unknown[]> {
  const bodies: Record<string, unknown[]> = {}
  for (const batch of queue.takeAll()) {
    for (const { scopeLogs } of decodeLogsRequest(Buffer.concat(frameBatch(batch)))) {
      for (const { scope, logRecords } of scopeLogs) {
        bodies[scope.name] = [...(bodies[scope.name] ?? []), ...logRecords.map(({ body }) => body)]
      }
    }
  }
  return bodies
}

const scopes = ['a', 'b'].map((name) => ({ name, version: '' }))
const recordOf = (severityNumber: number, body: unknown): LogInput => ({
  ...{ timeUnixMs: 1, severityNumber, severityText: '', body },
})

type Wants = { minSeverity: number | undefined; modulus: number | undefined }

const filterOf = ({ minSeverity, modulus }: Wants): RecordFilter => ({
  minSeverity,
  where: modulus === undefined ? undefined : ({ body }) => Number(body) % modulus === 0,
})

test('each destination gets the records that it wants, each once and in order, and counts these alone', () => {
  const wants = fc.record({
    minSeverity: fc.option(fc.integer({ min: 0, max: 24 }), { nil: undefined }),
    modulus: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  })
  const logged = fc.array(fc.tuple(fc.integer({ min: 0, max: 24 }), fc.nat(1)), { maxLength: 60 })
  fc.assert(
    fc.property(fc.array(wants, { minLength: 1, maxLength: 4 }), logged, (destinations, records) => {
      const outlets = destinations.map((one) => ({ queue: openQueue(), filter: filterOf(one) }))
      const intake = createFanOut(outlets, defaultLimits)
      for (const [n, [severity, scope]] of records.entries()) intake(scopes[scope]!, recordOf(severity, n))
      for (const [at, { minSeverity = 0, modulus = 1 }] of destinations.entries()) {
        const expected: Record<string, number[]> = {}
        let count = 0
        for (const [n, [severity, scope]] of records.entries()) {
          if ((severity || 9) < minSeverity || n % modulus !== 0) continue
          count++
          const { name } = scopes[scope]!
          expected[name] = [...(expected[name] ?? []), n]
        }
        const { queue } = outlets[at]!
        expect([bodiesIn(queue), queue.counters.accepted]).toEqual([expected, count])
      }
    }),
  )
})

test('a record that a getter of another logs goes by itself, as what it is', () => {
  const outlets = [
    { queue: openQueue(), filter: {} },
    { queue: openQueue(), filter: { minSeverity: 17 } },
  ]
  const intake = createFanOut(outlets, defaultLimits)
  const attributes = {
    get lazy() {
      intake(scopes[0]!, recordOf(17, 'inner'))
      return 1
    },
  }
  intake(scopes[0]!, { ...recordOf(9, 'outer'), attributes })
  expect(outlets.map(({ queue }) => bodiesIn(queue))).toEqual([{ a: ['inner', 'outer'] }, { a: ['inner'] }])
})

test('a value is read once, whoever wants the record', () => {
  let reads = 0
  const outlets = [1, 2, 3].map((modulus) => ({
    queue: openQueue(),
    filter: filterOf({ minSeverity: 1, modulus }),
  }))
  const attributes = {
    get counted() {
      return ++reads
    },
  }
  createFanOut(outlets, defaultLimits)(scopes[0]!, { ...recordOf(9, 6), attributes })
  expect([reads, ...outlets.map(({ queue }) => bodiesIn(queue))]).toEqual([
    1,
    { a: [6] },
    { a: [6] },
    { a: [6] },
  ])
})

test('a destination that has no room drops its own copy alone', () => {
  const outlets = [
    { queue: openQueue(1), filter: {} },
    { queue: openQueue(), filter: {} },
  ]
  const intake = createFanOut(outlets, defaultLimits)
  for (const n of [1, 2, 3]) intake(scopes[0]!, recordOf(9, n))
  expect(outlets.map(({ queue: { counters } }) => [counters.accepted, counters.dropped])).toEqual([
    [3, 2],
    [3, 0],
  ])
  expect(bodiesIn(outlets[1]!.queue)).toEqual({ a: [1, 2, 3] })
})
