import { existsSync, rmSync } from 'node:fs'
import { createMiner, type Merge, type Miner, type Template } from '@clew/templates'
import type { RequestRows } from '../schema/row.ts'
import { openForReading, openForWriting, versionOf } from '../schema/segment.ts'
import { filesOf, segmentNumber, segmentPath, setAside, sizeOf } from '../schema/segment-files.ts'
import { isDamage, sqliteProblem, storeError } from '../schema/store-error.ts'
import { schemaVersion } from '../schema/tables.ts'
import { cannotBeSetAside, damagedFiles, lockPath, openDataDirectory, takeFolder } from './data-directory.ts'
import { copyPatterns, knownMerges, knownPatterns } from './patterns.ts'
import { expiredSegments, type FinishedSegment, measured, segmentBytes } from './retention.ts'
import { type AddedRows, SegmentWriter } from './segment-writer.ts'

export type WriterOptions = {
  directory: string
  maxBytes: number
  maxAgeMs: number | undefined
  nowUs: () => number
  /** Hears, in one line, of a file that is lost. */
  report(message: string): void
}

/** What the reader must know of the files: all segments, oldest first, and those to be deleted once nobody reads them. */
export type Segments = { paths: string[]; expired: string[]; damaged: number; bytes: number }

/** Writes requests into the newest segment, begins new ones and lets old ones go. Methods throw a StoreError. */
export class Writer {
  readonly #options: WriterOptions
  readonly #segmentBytes: number
  #unlock: () => void
  #miner: Miner
  /** Oldest first. */
  readonly #finished: FinishedSegment[]
  #damaged: number
  #path: string
  #current: SegmentWriter
  #isFolderLost = false

  constructor(options: WriterOptions) {
    const { segments, damaged, problems, unlock } = openDataDirectory(options.directory)
    for (const problem of problems) options.report(problem)
    this.#options = options
    this.#segmentBytes = segmentBytes(options.maxBytes)
    this.#unlock = unlock
    this.#damaged = damaged
    this.#finished = segments
    const last = segments.at(-1)?.path
    const begun = this.#goOn(last)
    this.#miner = begun.miner
    this.#path = begun.path
    this.#current = begun.writer
  }

  /** Returns when it came, in unix milliseconds. */
  add(request: RequestRows, isImported = false): number {
    return this.#guard(() => Math.floor(this.#current.add(request, this.#options.nowUs(), isImported) / 1000))
  }

  /** The rows of the commit with their segment. */
  commit(): AddedRows & { segment: number } {
    return this.#guard(() => ({ ...this.#current.commit(), segment: segmentNumber(this.#path) }))
  }

  rollBack(): void {
    this.#current.rollBack()
  }

  /**
   * Begins a new segment when the current one is large enough, and lets go of what is too old or too much. While rows
   * wait for a commit the current segment stays: closing it would take them along.
   */
  tidy(): Segments {
    if (!existsSync(this.#path)) this.#replaceLost()
    const isFull = sizeOf(this.#path) >= this.#segmentBytes
    if (isFull && !this.#current.isOpen) this.#guard(() => this.#rotate())
    const expired = expiredSegments(this.#finished, sizeOf(this.#path), this.#options.nowUs(), this.#options)
    this.#finished.splice(0, expired.length)
    return { ...this.segments(), expired: expired.map(({ path }) => path) }
  }

  /** Readers cannot read this file. Only that of the current segment is the writer's to set aside; commit before. */
  giveUp(path: string): Segments {
    if (path === this.#path && existsSync(path)) this.#guard(() => this.#setAsideCurrent())
    return this.tidy()
  }

  /** Lets go of all that is stored, and of what was learnt from it; `finished`: but for the current segment. */
  clear(what: 'finished' | 'all'): Segments {
    const damaged: string[] = []
    if (what === 'all') {
      this.#guard(() => this.#rotate(createMiner({})))
      damaged.push(...damagedFiles(this.#options.directory))
      this.#damaged = 0
    }
    const expired = this.#finished.splice(0).map(({ path }) => path)
    return { ...this.segments(), expired: [...expired, ...damaged] }
  }

  segments(): Segments {
    return {
      paths: [...this.#finished.map(({ path }) => path), this.#path],
      expired: [],
      damaged: this.#damaged,
      bytes: this.#finished.reduce((sum, { bytes }) => sum + bytes, sizeOf(this.#path)),
    }
  }

  close(): void {
    this.#current.close()
    this.#unlock()
  }

  /** `miner`: one that knows nothing, instead of what the patterns of the segment before go on in. */
  #rotate(miner?: Miner): void {
    const before = this.#path
    const path = this.#nextPath(before)
    const known = this.#miner
    this.#miner = miner ?? known
    let next: SegmentWriter
    try {
      next = this.#begin(path, miner === undefined ? before : undefined)
    } catch (error) {
      this.#miner = known
      throw error
    }
    // Only now: when there is no room for a new file, the old one goes on.
    this.#current.close()
    this.#finished.push(measured(before, this.#options.nowUs()))
    this.#current = next
    this.#path = path
  }

  #guard<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw this.#afterFailure(error)
    }
  }

  #afterFailure(error: unknown): Error {
    if (!isDamage(error)) {
      this.#current.rollBack()
      return storeError('full', sqliteProblem(error, this.#path))
    }
    const broken = this.#path
    this.#setAsideCurrent()
    return storeError('busy', `${broken} is damaged and was set aside; send it again`)
  }

  #setAsideCurrent(): void {
    const broken = this.#path
    const path = this.#nextPath(broken)
    const next = this.#begin(path, undefined)
    this.#current.close()
    this.#current = next
    this.#path = path
    this.#damaged++
    const place = setAside(broken)
    this.#options.report(`${broken} is damaged; it is now ${place}, and what was in it cannot be searched`)
  }

  /** Somebody deleted the file, or all of the folder, to make room: SQLite would write into it still, and nobody read it. */
  #replaceLost(): void {
    const lost = this.#path
    const { directory, report } = this.#options
    try {
      if (!existsSync(lockPath(directory))) this.#unlock = takeFolder(directory)
      const path = this.#nextPath(lost)
      const next = this.#begin(path, undefined)
      this.#current.rollBack()
      this.#current.close()
      this.#current = next
      this.#path = path
      this.#isFolderLost = false
      report(`${lost} was deleted while the desk was running; what was in it is gone, and ${path} goes on`)
    } catch (error) {
      if (this.#isFolderLost) return
      this.#isFolderLost = true
      const { message } = error as Error
      report(`${lost} was deleted while the desk was running, and what comes is lost with it: ${message}`)
    }
  }

  #nextPath(last: string | undefined): string {
    return segmentPath(this.#options.directory, last === undefined ? 1 : segmentNumber(last) + 1)
  }

  /** Goes on in the newest segment, or behind it. One that shows only now that it is damaged is set aside, and costs only itself. */
  #goOn(last: string | undefined): { miner: Miner; path: string; writer: SegmentWriter } {
    const newest = this.#finished.at(-1)
    try {
      const { version, patterns, merges } = stateOf(newest?.path)
      this.#miner = createMiner({ restore: patterns, merges })
      // One of an older format is read as it is, and ends.
      const goesOn = newest !== undefined && newest.bytes < this.#segmentBytes && version === schemaVersion
      const path = goesOn ? newest.path : this.#nextPath(last)
      const writer = this.#begin(path, goesOn ? undefined : newest?.path)
      if (goesOn) this.#finished.pop()
      return { miner: this.#miner, path, writer }
    } catch (error) {
      if (newest === undefined || !isDamage(error)) throw error
      if (setAside(newest.path) === newest.path) throw storeError('full', cannotBeSetAside(newest.path))
      this.#finished.pop()
      this.#damaged++
      return this.#goOn(last)
    }
  }

  /** Opens a segment; a new one begins with the patterns of the one `before`, so that their ids go on. */
  #begin(path: string, before: string | undefined): SegmentWriter {
    const isNew = !existsSync(path)
    const database = openForWriting(path)
    try {
      if (before !== undefined) copyPatterns(database, before, this.#miner)
      return new SegmentWriter(database, this.#miner)
    } catch (error) {
      database.close()
      if (isNew) for (const file of filesOf(path)) rmSync(file, { force: true })
      throw error
    }
  }
}

type State = { version: number | undefined; patterns: Template[]; merges: Merge[] }

function stateOf(path: string | undefined): State {
  if (path === undefined) return { version: undefined, patterns: [], merges: [] }
  const database = openForReading(path)
  try {
    return { version: versionOf(database), patterns: knownPatterns(database), merges: knownMerges(database) }
  } finally {
    database.close()
  }
}
