import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openForWriting } from '../schema/segment.ts'
import { segmentPath } from '../schema/segment-files.ts'
import { ReaderClient } from './reader-client.ts'
import { createReaders } from './readers.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'clew-reader-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

test('a segment counts as let go of only when the queries before are answered, also while the thread starts', async () => {
  const [old, current] = [segmentPath(directory, 1), segmentPath(directory, 2)]
  for (const path of [old, current]) openForWriting(path).close()
  const reader = new ReaderClient(() => {})
  await reader.useSegments([old, current])
  const order: string[] = []
  await Promise.all([
    reader.query({ name: 'status-store', parameters: {} }).then(() => order.push('answered')),
    reader.useSegments([current]).then(() => order.push('let go')),
  ])
  await reader.close()
  expect(order).toEqual(['answered', 'let go'])
})

test('a query of which nobody waits for the answer is rejected at once, running or not, and the next is answered', async () => {
  const path = segmentPath(directory, 1)
  openForWriting(path).close()
  const reader = new ReaderClient(() => {})
  await reader.useSegments([path])
  const status = { name: 'status-store', parameters: {} } as const
  const [running, waiting] = [new AbortController(), new AbortController()]
  const gone = [running, waiting].map(({ signal }) => reader.query(status, signal))
  const next = reader.query(status)
  running.abort()
  waiting.abort()
  const cancelled = { status: 'rejected', reason: expect.objectContaining({ code: 'cancelled' }) }
  expect(await Promise.allSettled(gone)).toEqual([cancelled, cancelled])
  expect(JSON.parse(Buffer.from(await next).toString())).toMatchObject({ logs: 0 })
  await expect(reader.query(status, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' })
  await reader.close()
})

test('whoever asks a desk that ends is to come back: no failure that a person is told of', async () => {
  const path = segmentPath(directory, 1)
  openForWriting(path).close()
  const reader = new ReaderClient(() => {})
  await reader.useSegments([path])
  const status = { name: 'status-store', parameters: {} } as const
  const overtaken = [reader.query(status), reader.query(status)]
  const closed = reader.close()
  overtaken.push(reader.query(status))
  const ends = { status: 'rejected', reason: expect.objectContaining({ code: 'busy' }) }
  expect(await Promise.allSettled(overtaken)).toEqual([ends, ends, ends])
  await closed
})

test('a segment counts as let go of only when both readers have let go of it', async () => {
  const path = segmentPath(directory, 1)
  openForWriting(path).close()
  const readers = createReaders(() => {})
  await readers.useSegments([path])
  const answered: string[] = []
  const ask = (name: 'logs' | 'histogram') =>
    readers.query({ name, parameters: {} }).then(() => answered.push(name))
  await Promise.all([ask('logs'), ask('histogram'), readers.useSegments([])])
  expect(answered.toSorted()).toEqual(['histogram', 'logs'])
  await readers.close()
})
