import { expect, test } from 'vitest'
import { type Batch, bytesOf } from './batch.ts'
import { WriterPool } from './chunk.ts'
import { ByteQueue, createBudget } from './queue.ts'

function makeQueue(): ByteQueue {
  return new ByteQueue({
    signal: 'logs',
    lane: 'logs',
    resource: Buffer.alloc(0),
    budget: createBudget(),
    pool: new WriterPool(),
    mirror: undefined,
    overflow: () => {},
    canOverflow: () => false,
    onFirst: () => {},
    onSealed: () => {},
    onDropped: () => {},
  })
}

/** Commits a record of a few bytes and returns the chunk's buffer. */
function addRecord(queue: ByteQueue, scope: { name: string; version: string }): Buffer {
  const chunk = queue.chunk(scope)!
  chunk.writer.buffer.fill(1, chunk.writer.position, chunk.writer.position + 10)
  chunk.writer.position += 10
  queue.commit(chunk, 10)
  return chunk.writer.buffer
}

const scopeOf = (number: number) => ({ name: `library ${number}`, version: '' })
const buffersOf = (batches: readonly Batch[]): Set<ArrayBufferLike> =>
  new Set(
    batches.flatMap((batch) =>
      'parts' in batch ? batch.parts.flatMap(({ records }) => records.map(({ buffer }) => buffer)) : [],
    ),
  )

test('scopes whose names never come again hold the bytes of their records, not a buffer each', () => {
  const queue = makeQueue()
  const buffers = new Set<Buffer>()
  for (let number = 0; number < 20_000; number++) buffers.add(addRecord(queue, scopeOf(number)))
  const batches = queue.takeAll()
  const held = [...buffersOf(batches)].reduce((sum, { byteLength }) => sum + byteLength, 0)
  expect({
    records: batches.reduce((sum, { count }) => sum + count, 0),
    bytes: batches.reduce((sum, batch) => sum + ('parts' in batch ? bytesOf(batch.parts) : 0), 0),
    isTight: held < 20_000 * 100,
    areBuffersReused: buffers.size < 1_000,
    waiting: queue.waitingRecords(),
  }).toEqual({ records: 20_000, bytes: 200_000, isTight: true, areBuffersReused: true, waiting: 0 })
})

test('a scope goes on after its chunk was sealed, and its records stay in order', () => {
  const queue = makeQueue()
  const scope = scopeOf(1)
  const taken: number[] = []
  for (let round = 0; round < 3; round++) {
    for (let record = 0; record <= round; record++) addRecord(queue, scope)
    taken.push(...queue.takeAll().map(({ count }) => count))
  }
  expect(taken).toEqual([1, 2, 3])
})
