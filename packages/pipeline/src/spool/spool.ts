import { lstatSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { SpoolContents } from '../pipeline.ts'
import type { Batch } from '../records/batch.ts'
import {
  claimFolders,
  isUntouched,
  leaveFolder,
  listNames,
  removeFolder,
  strangersOf,
  touch,
} from './folders.ts'
import { frameHeaderBytes } from './frame.ts'
import { OwnFolder } from './own-folder.ts'
import { encodePayload } from './payload.ts'
import { type DiskUse, hasRoom, requireSafePlace, type SpoolPlace } from './place.ts'
import { describeRefusal, formatRefusal, type Refusal } from './refusal.ts'
import {
  begunUnixMs,
  countSegmentRecords,
  isOlder,
  openReplay,
  type Replay,
  removeSegment,
  sizeOf,
} from './replay.ts'
import { isOwnFile, requireOwn } from './way.ts'

/** Why a spool takes no batch: it is full, or the disk failed a moment ago. */
export type SpoolRefusal = 'full' | 'unusable'

/** Where records go that memory or the end of the process has no room for. Never throws. */
export class Spool {
  readonly #place: SpoolPlace
  readonly #use: DiskUse
  readonly #own: OwnFolder
  /** Whole segments, oldest first. */
  #sealed: string[] = []
  #claimed: string[] = []
  #replay: Replay | undefined
  #replayed: string | undefined
  /** Of segments that were asked for, records. */
  readonly #counts = new Map<string, number>()
  /** Of `#use`, what lies here. */
  #bytes = 0
  #looked = false

  constructor(place: SpoolPlace, use: DiskUse) {
    this.#place = place
    this.#use = use
    this.#own = new OwnFolder(place, {
      onSealed: (segment) => this.#sealed.push(segment),
      onLost: (folder) => {
        this.#sealed = this.#sealed.filter((path) => dirname(path) !== folder)
      },
    })
  }

  /** Whether a batch would probably be taken. */
  room(): 'free' | SpoolRefusal {
    if (this.#own.isResting()) return 'unusable'
    return this.#use.bytes < this.#use.maxBytes ? 'free' : 'full'
  }

  /** Why the disk failed the last time. */
  refusal(): Refusal | undefined {
    return this.#own.refusal
  }

  /** Writes a batch to disk. The batch stays the caller's. */
  append(batch: Batch): 'stored' | SpoolRefusal {
    if (batch.fromSpool) return 'stored'
    if (this.#own.isResting()) return 'unusable'
    const payload = encodePayload(batch)
    const bytes = payload.reduce((sum, piece) => sum + piece.length, frameHeaderBytes)
    if (!hasRoom(this.#use, bytes, this.#place)) return 'full'
    if (this.#own.append(payload) === undefined) return 'unusable'
    this.#count(bytes)
    return 'stored'
  }

  /** On disk, with what was taken over and what else uses the same space. */
  get bytes(): number {
    return this.#use.bytes
  }

  get maxBytes(): number {
    return this.#use.maxBytes
  }

  /** Whether something lies on disk. */
  hasRecords(): boolean {
    return this.#bytes > 0 || this.#claimed.length > 0
  }

  /** Records on disk; those of a segment that is being sent again are among them until all of it is settled. */
  waitingRecords(): number {
    let records = 0
    for (const path of [...this.#replaying(), ...this.#claimed, ...this.#sealed]) {
      const count = this.#counts.get(path) ?? countSegmentRecords(path, this.#place.uid)
      this.#counts.set(path, count)
      records += count
    }
    // Still being written, so counted anew each time.
    return this.#own.segment === undefined
      ? records
      : records + countSegmentRecords(this.#own.segment.path, this.#place.uid)
  }

  /** Looks at what lies on disk. */
  look(): SpoolContents {
    const own = this.#own.segment === undefined ? [] : [this.#own.segment.path]
    const paths = [...this.#replaying(), ...this.#claimed, ...this.#sealed, ...own]
    const begun = paths.map(begunUnixMs).filter((unixMs) => unixMs !== undefined)
    return {
      segments: paths.length,
      records: this.waitingRecords(),
      oldestUnixMs: begun.length === 0 ? undefined : Math.min(...begun),
    }
  }

  /** The next batch to send again. */
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
        uid: this.#place.uid,
        onDone: (bytes) => this.#forget(path, bytes),
        onDamage: (bytes) => this.#sayDamaged(path, bytes),
      })
    }
  }

  /**
   * Takes over what ended processes left, and a worker thread that has ended, and says that this one lives. Call it every
   * `heartbeatMs`.
   */
  claim(endedThread?: number): void {
    const now = this.#place.now()
    this.#own.beat()
    this.#look()
    if (isUntouched(this.#place)) return
    for (const folder of claimFolders(this.#place, now, endedThread)) {
      const paths = this.#segmentsIn(folder)
      if (paths.length === 0) removeFolder(folder)
      for (const path of paths) this.#count(sizeOf(path))
      this.#claimed.push(...paths)
    }
    for (const folder of this.#claimedFolders()) touch(folder, now)
  }

  /** Deletes what nobody wrote to since, but for what is being sent. Returns how many records that were. */
  dropOlder(unixMs: number): number {
    const written = this.#own.segment
    if (written !== undefined && isOlder(written.path, unixMs)) this.#own.seal()
    const old = [...this.#claimed, ...this.#sealed].filter((path) => isOlder(path, unixMs))
    const isKept = (path: string): boolean => !old.includes(path)
    this.#claimed = this.#claimed.filter(isKept)
    this.#sealed = this.#sealed.filter(isKept)
    let records = 0
    for (const path of old) {
      records += countSegmentRecords(path, this.#place.uid)
      const bytes = sizeOf(path)
      removeSegment(path)
      this.#forget(path, bytes)
    }
    return records
  }

  /** Leaves what is still on disk to whoever comes next. */
  leave(): void {
    const claimed = this.#claimedFolders()
    this.#own.leave()
    for (const folder of claimed) leaveFolder(this.#place.root, folder)
    this.#claimed = []
    this.#sealed = []
    this.#count(-this.#bytes)
  }

  /** Says at the start what will be in the way, and what nobody sends. */
  #look(): void {
    if (this.#looked) return
    this.#looked = true
    const { directory, uid, problems, signal } = this.#place
    const untouched = isUntouched(this.#place)
    try {
      requireSafePlace(this.#place)
      if (untouched) return
      const { root } = this.#place
      if (lstatSync(root, { throwIfNoEntry: false }) !== undefined) requireOwn(root, uid)
    } catch (error) {
      // What else is wrong is said when the disk is needed.
      if ((error as NodeJS.ErrnoException).code !== 'UNSAFE') return
      problems.say(
        'CLEW_SPOOL_UNUSABLE',
        directory,
        () =>
          `records cannot be written to ${directory}: ${formatRefusal(describeRefusal(error, this.#place))}`,
      )
    }
    for (const left of strangersOf(this.#place))
      problems.say(
        'CLEW_SPOOL_LEFT',
        left,
        () =>
          `${left} holds ${signal} of this service that were kept to be sent with other credentials, and stay there. Move what lies in it to ${this.#place.root} to send it with those of now, or delete it`,
      )
  }

  /** Pipes, sockets, links and files of others are passed over, and stay. */
  #segmentsIn(folder: string): string[] {
    const paths = listNames(folder).map((name) => join(folder, name))
    const own = paths.filter((path) => isOwnFile(path, this.#place.uid))
    if (own.length < paths.length)
      this.#place.problems.say(
        'CLEW_SPOOL_DAMAGED',
        folder,
        () =>
          `${paths.length - own.length} of ${paths.length} entries of ${folder} are no files of this user and were passed over`,
      )
    return own
  }

  /** The segment that is being sent again. */
  #replaying(): string[] {
    return this.#replayed === undefined || this.#replay?.isDone() !== false ? [] : [this.#replayed]
  }

  #claimedFolders(): Set<string> {
    const folders = new Set([...this.#replaying(), ...this.#claimed].map((path) => dirname(path)))
    if (this.#own.path !== undefined) folders.delete(this.#own.path)
    return folders
  }

  /** Segments of ended processes first, then our own; the one being written only when no other is left. */
  #nextToReplay(): string | undefined {
    const path = this.#claimed.shift() ?? this.#sealed.shift()
    if (path !== undefined) return path
    this.#own.seal()
    return this.#sealed.shift()
  }

  #forget(path: string, bytes: number): void {
    this.#count(-Math.min(bytes, this.#bytes))
    this.#counts.delete(path)
    const folder = dirname(path)
    if (folder !== this.#own.path) removeFolder(folder)
    else if (this.#own.segment === undefined && this.#sealed.length === 0) this.#own.remove()
  }

  #sayDamaged(path: string, bytes: number): void {
    this.#place.problems.say(
      'CLEW_SPOOL_DAMAGED',
      path,
      () => `${bytes} bytes of ${path} are torn or damaged and were passed over`,
    )
  }

  #count(bytes: number): void {
    this.#bytes += bytes
    this.#use.bytes += bytes
  }
}
