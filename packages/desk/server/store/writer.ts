import type { DatabaseSync } from 'node:sqlite'
import { createMiner, type Miner } from '@clew/templates'
import type { RequestRows } from '../schema/row.ts'
import {
  openForReading,
  openForWriting,
  segmentNumber,
  segmentPath,
  setAside,
  sizeOf,
} from '../schema/segment.ts'
import { isDamage, sqliteProblem, storeError } from '../schema/store-error.ts'
import { openDataDirectory } from './data-directory.ts'
import { copyPatterns, knownPatterns } from './patterns.ts'
import { expiredSegments, type FinishedSegment, measured, segmentBytes } from './retention.ts'
import { type AddedRows, createSegmentWriter, type SegmentWriter } from './segment-writer.ts'

export type WriterOptions = {
  directory: string
  maxBytes: number
  maxAgeMs: number | undefined
  nowUs: () => number
}

/** What the reader must know of the files: all segments, oldest first, and those to be deleted once nobody reads them. */
export type Segments = { paths: string[]; expired: string[]; damaged: number; bytes: number }

/** Writes requests into the newest segment, begins new ones and lets old ones go. Methods throw a StoreError. */
export type Writer = {
  add(request: RequestRows): void
  /** The rows of the commit with their segment. */
  commit(): AddedRows & { segment: number }
  rollBack(): void
  /**
   * Begins a new segment when the current one is large enough, and lets go of what is too old or too much. While rows
   * wait for a commit the current segment stays: closing it would take them along.
   */
  tidy(): Segments
  segments(): Segments
  close(): void
}

export function openWriter({ directory, maxBytes, maxAgeMs, nowUs }: WriterOptions): Writer {
  const { segments: finished, unlock, ...data } = openDataDirectory(directory)
  const limit = segmentBytes(maxBytes)
  let { damaged } = data
  const newest = finished.at(-1)
  let path = newest !== undefined && newest.bytes < limit ? newest.path : nextPath(directory, newest)
  if (path === newest?.path) finished.pop()
  const miner = createMiner(minerState(newest?.path))
  let writer = begin(path, newest?.path, miner)

  const rotate = (): void => {
    const next = segmentPath(directory, segmentNumber(path) + 1)
    const nextWriter = begin(next, path, miner)
    // Only now: when there is no room for a new file, the old one goes on.
    writer.close()
    finished.push(measured(path, nowUs()))
    writer = nextWriter
    path = next
  }

  const guarded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw afterFailure(error)
    }
  }

  const afterFailure = (error: unknown): Error => {
    if (!isDamage(error)) {
      writer.rollBack()
      return storeError('full', sqliteProblem(error, path))
    }
    writer.close()
    setAside(path)
    damaged++
    const broken = path
    path = nextPath(directory, { path, bytes: 0, lastUs: 0 })
    writer = begin(path, undefined, miner)
    return storeError('busy', `${broken} is damaged and was set aside; send it again`)
  }

  const segments = (expired: readonly FinishedSegment[] = []): Segments => ({
    paths: [...finished.map((one) => one.path), path],
    expired: expired.map((one) => one.path),
    damaged,
    bytes: finished.reduce((sum, one) => sum + one.bytes, sizeOf(path)),
  })

  return {
    add: (request) => guarded(() => writer.add(request, nowUs())),
    commit: () => guarded(() => ({ ...writer.commit(), segment: segmentNumber(path) })),
    rollBack: () => writer.rollBack(),
    tidy() {
      if (sizeOf(path) >= limit && !writer.isOpen()) guarded(rotate)
      const expired = expiredSegments(finished, sizeOf(path), nowUs(), { maxBytes, maxAgeMs })
      finished.splice(0, expired.length)
      return segments(expired)
    },
    segments: () => segments(),
    close() {
      writer.close()
      unlock()
    },
  }
}

function nextPath(directory: string, last: FinishedSegment | undefined): string {
  return segmentPath(directory, last === undefined ? 1 : segmentNumber(last.path) + 1)
}

/** Opens a segment; a new one begins with the patterns of the one before, so that their ids go on. */
function begin(path: string, before: string | undefined, miner: Miner): SegmentWriter {
  const database = openForWriting(path)
  if (before !== undefined && before !== path) copyPatterns(database, before, miner)
  return createSegmentWriter(database, miner)
}

function minerState(path: string | undefined): Parameters<typeof createMiner>[0] {
  if (path === undefined) return {}
  return reading(path, (database) => ({ restore: knownPatterns(database) }))
}

function reading<T>(path: string, read: (database: DatabaseSync) => T): T {
  const database = openForReading(path)
  try {
    return read(database)
  } finally {
    database.close()
  }
}
