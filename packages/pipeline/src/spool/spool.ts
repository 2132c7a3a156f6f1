import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Problems } from '../problems.ts'
import type { Batch, Signal } from '../records/batch.ts'
import { claimFolders, leaveFolder, listNames, makeFolder, removeFolder, staleMs, touch } from './folders.ts'
import { frameHeaderBytes } from './frame.ts'
import { encodePayload } from './payload.ts'
import { openReplay, type Replay, sizeOf } from './replay.ts'
import { openSegment, type Segment, segmentBytes } from './segment.ts'
import { countSegmentRecords } from './waiting-records.ts'

/** How long a disk that failed is left alone. */
export const restMs = 60_000

export type SpoolOptions = {
  directory: string
  signal: Signal
  url: string
  maxBytes: number
  problems: Problems
  /** Unix milliseconds. */
  now: () => number
}

/** Why a spool takes no batch: it is full, or the disk failed a moment ago. */
export type SpoolRefusal = 'full' | 'unusable'

/** Where records go that memory or the end of the process has no room for. Never throws. */
export type Spool = {
  /** Whether a batch would probably be taken. */
  room(): 'free' | SpoolRefusal
  /** Writes a batch to disk. The batch stays the caller's. */
  append(batch: Batch): 'stored' | SpoolRefusal
  /** Whether something lies on disk. */
  hasRecords(): boolean
  /** Records on disk; those of a segment that is being sent again are among them until all of it is settled. */
  waitingRecords(): number
  /** The next batch to send again. */
  take(): Batch | undefined
  /** Takes over what ended processes left, and says that this one lives. Call it every `heartbeatMs`. */
  claim(): void
  /** Leaves what is still on disk to whoever comes next. */
  leave(): void
}

/** The folder of one signal to one address below the spool directory. */
export function spoolRoot(directory: string, signal: Signal, url: string): string {
  return join(directory, `${signal}-${crc32(url).toString(16).padStart(8, '0')}`)
}

export function openSpool(options: SpoolOptions): Spool {
  return new FolderSpool(options)
}

class FolderSpool implements Spool {
  readonly #options: SpoolOptions
  readonly #root: string
  #folder: string | undefined
  #segment: Segment | undefined
  #nextSegment = 1
  /** Whole segments, oldest first. */
  #sealed: string[] = []
  #claimed: string[] = []
  #replay: Replay | undefined
  #replayed: string | undefined
  /** Of segments that were asked for, records. */
  readonly #counts = new Map<string, number>()
  #bytes = 0
  #restUntil = 0
  #touchedAt = 0

  constructor(options: SpoolOptions) {
    this.#options = options
    this.#root = spoolRoot(options.directory, options.signal, options.url)
  }

  room(): 'free' | SpoolRefusal {
    if (this.#options.now() < this.#restUntil) return 'unusable'
    return this.#bytes < this.#options.maxBytes ? 'free' : 'full'
  }

  append(batch: Batch): 'stored' | SpoolRefusal {
    if (batch.fromSpool) return 'stored'
    if (this.#options.now() < this.#restUntil) return 'unusable'
    const payload = encodePayload(batch)
    const bytes = payload.reduce((sum, piece) => sum + piece.length, frameHeaderBytes)
    if (this.#bytes + bytes > this.#options.maxBytes) return this.#sayFull()
    try {
      this.#writable().append(payload)
      this.#bytes += bytes
      return 'stored'
    } catch (error) {
      return this.#fail(error)
    }
  }

  hasRecords(): boolean {
    return this.#bytes > 0 || this.#claimed.length > 0
  }

  waitingRecords(): number {
    const replayed = this.#replay?.isDone() === false ? [this.#replayed] : []
    let records = 0
    for (const path of [...replayed, ...this.#claimed, ...this.#sealed]) {
      if (path === undefined) continue
      const count = this.#counts.get(path) ?? countSegmentRecords(path)
      this.#counts.set(path, count)
      records += count
    }
    // Still being written, so counted anew each time.
    return this.#segment === undefined ? records : records + countSegmentRecords(this.#segment.path)
  }

  take(): Batch | undefined {
    if (!this.hasRecords()) return undefined
    for (;;) {
      const batch = this.#replay?.next()
      if (batch !== undefined) return batch
      if (this.#replay?.isDone() === false) return undefined
      const path = this.#nextToReplay()
      if (path === undefined) return undefined
      this.#replayed = path
      this.#replay = openReplay({
        path,
        onDone: (bytes) => this.#forget(path, bytes),
        onDamage: (bytes) =>
          this.#options.problems.say(
            'CLEW_SPOOL_DAMAGED',
            path,
            () => `${bytes} bytes of ${path} are torn or damaged and were passed over`,
          ),
      })
    }
  }

  claim(): void {
    const now = this.#options.now()
    if (this.#folder !== undefined) this.#beat(now)
    for (const folder of claimFolders(this.#root, now)) {
      const paths = listNames(folder).map((name) => join(folder, name))
      if (paths.length === 0) removeFolder(folder)
      for (const path of paths) this.#bytes += sizeOf(path)
      this.#claimed.push(...paths)
    }
    for (const folder of new Set(this.#claimed.map(dirname))) touch(folder, now)
  }

  leave(): void {
    this.#seal()
    const folders = new Set(this.#claimed.map(dirname))
    if (this.#folder !== undefined) folders.add(this.#folder)
    for (const folder of folders) leaveFolder(this.#root, folder)
    this.#folder = undefined
    this.#claimed = []
    this.#sealed = []
    this.#bytes = 0
  }

  #writable(): Segment {
    const now = this.#options.now()
    if (this.#folder !== undefined && now - this.#touchedAt > staleMs / 2) this.#beat(now)
    if (this.#segment !== undefined && this.#segment.bytes >= segmentBytes) this.#seal()
    if (this.#segment !== undefined) return this.#segment
    if (this.#folder === undefined) {
      this.#folder = makeFolder(this.#root)
      this.#touchedAt = now
    }
    const name = `${String(this.#nextSegment++).padStart(8, '0')}.spool`
    this.#segment = openSegment(join(this.#folder, name))
    return this.#segment
  }

  /** Segments of ended processes first, then our own; the one being written only when no other is left. */
  #nextToReplay(): string | undefined {
    const path = this.#claimed.shift() ?? this.#sealed.shift()
    if (path !== undefined || this.#segment === undefined) return path
    this.#seal()
    return this.#sealed.shift()
  }

  #forget(path: string, bytes: number): void {
    this.#bytes = Math.max(0, this.#bytes - bytes)
    this.#counts.delete(path)
    const folder = dirname(path)
    if (folder !== this.#folder) removeFolder(folder)
    else if (this.#segment === undefined && this.#sealed.length === 0) {
      removeFolder(folder)
      this.#folder = undefined
    }
  }

  #seal(): void {
    const segment = this.#segment
    if (segment === undefined) return
    this.#segment = undefined
    try {
      segment.close()
    } catch {}
    this.#sealed.push(segment.path)
  }

  /** A process that stood still for long may have been taken for dead: then the next write goes to a new folder. */
  #beat(now: number): void {
    const folder = this.#folder
    this.#touchedAt = now
    if (folder === undefined || touch(folder, now)) return
    this.#seal()
    this.#sealed = this.#sealed.filter((path) => !path.startsWith(folder))
    this.#folder = undefined
  }

  #sayFull(): 'full' {
    const { problems, maxBytes, signal } = this.#options
    problems.say(
      'CLEW_SPOOL_FULL',
      signal,
      () => `${this.#root} holds ${this.#bytes} of ${maxBytes} bytes and takes no more`,
    )
    return 'full'
  }

  #fail(error: unknown): 'unusable' {
    this.#restUntil = this.#options.now() + restMs
    // A segment that could not be truncated back is not written to again; a reader finds its whole frames.
    this.#seal()
    sayUnusable(this.#options, error)
    return 'unusable'
  }
}

export function sayUnusable(
  { problems, signal, directory }: Pick<SpoolOptions, 'problems' | 'signal' | 'directory'>,
  error: unknown,
): void {
  problems.say(
    'CLEW_SPOOL_UNUSABLE',
    signal,
    () =>
      `records cannot be written to ${directory}: ${error}; set ${problems.settingNames.spoolDirectory} to a folder that can be written to`,
  )
}
