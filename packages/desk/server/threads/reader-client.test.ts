import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openForWriting } from '../schema/segment.ts'
import { segmentPath } from '../schema/segment-files.ts'
import { ReaderClient } from './reader-client.ts'

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
