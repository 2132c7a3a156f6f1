import { expect, test } from 'vitest'
import type { Batch } from '../records/batch.ts'
import { Operations } from './operations.ts'

function batchOf(count: number, more: Partial<Batch> = {}): Batch {
  return {
    ...{ signal: 'logs', id: 1, count, bytes: 1, fromSpool: false, release() {}, request: Buffer.alloc(1) },
    ...more,
  } as Batch
}

/** How many operations ended, by the type of error. */
function ended({ durations }: Operations): Record<string, number> {
  const entries = Object.entries(durations)
  return Object.fromEntries(entries.map(([error, { counts }]) => [error, counts.reduce((a, b) => a + b)]))
}

test('a batch that is sent again is one operation, and on its way until the last answer', () => {
  const operations = new Operations()
  const batch = batchOf(5)
  for (let attempt = 0; attempt < 3; attempt++) operations.begin(batch)
  operations.begin(batchOf(2, { fromSpool: true }))
  expect([operations.begun, operations.inflight()]).toEqual([5, { all: 7, own: 5 }])
  operations.end(batch, { kind: 'partial', rejected: 2, message: '' }, 2)
  expect([operations.inflight(), operations.failed, ended(operations)]).toEqual([
    { all: 2, own: 0 },
    { rejected: 2 },
    { rejected: 1 },
  ])
})

test('halves of a batch that was too large go on with it; the types of error are those of the protocols', () => {
  const operations = new Operations()
  const [whole, left, right] = [batchOf(3), batchOf(1), batchOf(2)]
  operations.begin(whole)
  operations.split(whole, [left, right])
  expect([operations.begun, operations.inflight().own]).toEqual([3, 3])
  operations.end(left, { kind: 'too-large' }, 1)
  operations.end(right, { kind: 'accepted' }, 0)
  operations.end(batchOf(4), { kind: 'refused', status: 'HTTP 400', message: 'no' }, 4)
  operations.end(batchOf(1), { kind: 'refused', status: 'gRPC INVALID_ARGUMENT', message: 'no' }, 1)
  operations.end(batchOf(1), { kind: 'refused', status: 'not sent', message: 'no' }, 1)
  const failed = { too_large: 1, '400': 4, INVALID_ARGUMENT: 1, not_sent: 1 }
  expect([operations.failed, ended(operations), operations.inflight().all]).toEqual([
    failed,
    { too_large: 1, '': 1, '400': 1, INVALID_ARGUMENT: 1, not_sent: 1 },
    0,
  ])
})
