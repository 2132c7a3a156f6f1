import { dirname } from 'node:path'
import type { Batch } from '../records/batch.ts'
import type { ChunkOnDisk, OnDisk, RecordJournal } from '../records/on-disk.ts'
import type { Contents } from './contents.ts'
import { frameHeaderBytes } from './frame.ts'
import { JournalFile, type JournalPlace, type JournalWriter } from './journal-file.ts'
import { KeptChunk } from './kept-chunk.ts'
import { OwnFolder } from './own-folder.ts'
import { encodePayload, encodeSettled } from './payload.ts'
import { type DiskUse, hasRoom, type SpoolPlace } from './place.ts'
import { isOlder, joinEntries, readSegment, removeSegment, toBatch } from './replay.ts'
import { appendLate, type Segment } from './segment.ts'

/**
 * Keeps what waits in memory on disk as well, so that a process that is killed loses none of it: the next one finds a
 * folder of the spool. What memory has no room for lies here alone, and is sent from here in its order. What is settled
 * is noted, so that nobody sends it again. Never throws.
 */
export class Journal implements RecordJournal, JournalWriter {
  readonly #place: SpoolPlace
  readonly #use: DiskUse
  readonly #resource: Buffer
  readonly #own: OwnFolder
  /** In the order of their making. */
  readonly #files = new Map<string, JournalFile>()
  #current: { segment: Segment; file: JournalFile } | undefined
  /** Of the first file that had some; in order. */
  #ready: Batch[] = []

  /** `resource` is that of records that come one by one. */
  constructor(place: SpoolPlace, use: DiskUse, resource: Buffer) {
    this.#place = place
    this.#use = use
    this.#resource = resource
    this.#own = new OwnFolder(place, {
      onSealed: (path) => this.#sealed(path),
      onLost: (folder) => this.#lost(folder),
    })
  }

  /** Writes a batch. Undefined when the disk did not take it. */
  append(batch: Batch): OnDisk | undefined {
    const payload = encodePayload(batch)
    const bytes = payload.reduce((sum, piece) => sum + piece.length, frameHeaderBytes)
    const places: JournalPlace[] = []
    const isWritten = this.write(bytes, (segment, file) => {
      places.push({ file, id: segment.bytes })
      segment.append(payload)
      file.waiting++
    })
    if (!isWritten) return undefined
    return {
      get isWhole() {
        return places.every(({ file }) => !file.isLost)
      },
      settle: () => this.settle(places),
      leave: () => this.leave(places),
    }
  }

  /** Records of one scope that come one by one. */
  open(scope: Buffer): ChunkOnDisk {
    return new KeptChunk(this, { signal: this.#place.signal, resource: this.#resource, scope })
  }

  write(bytes: number, append: (segment: Segment, file: JournalFile) => void): boolean {
    if (!hasRoom(this.#use, bytes, this.#place)) return false
    const written = this.#own.write((segment) => {
      const before = segment.bytes
      const file = this.#fileOf(segment)
      try {
        append(segment, file)
      } finally {
        file.bytes += segment.bytes - before
        this.#use.bytes += segment.bytes - before
      }
    })
    return written !== undefined
  }

  settle(places: readonly JournalPlace[]): void {
    for (const { file, id } of places) {
      file.waiting--
      this.#release(file, [id])
    }
  }

  leave(places: readonly JournalPlace[]): void {
    for (const { file, id } of places) {
      file.waiting--
      if (!file.isLost) file.left.push(id)
    }
  }

  /** Whether something waits here alone. */
  isBehind(): boolean {
    if (this.#ready.length > 0) return true
    for (const { left } of this.#files.values()) if (left.length > 0) return true
    return false
  }

  /** The next batch of those that lie here alone. */
  take(): Batch | undefined {
    for (;;) {
      const batch = this.#ready.shift()
      if (batch !== undefined) return batch
      const file = this.#firstWithLeft()
      if (file === undefined) return undefined
      if (!file.isSealed) this.#own.seal()
      this.#read(file)
    }
  }

  /** Deletes what lies here alone and nobody wrote to since. Returns how many records that were. */
  dropOlder(unixMs: number): number {
    let records = 0
    for (const file of [...this.#files.values()]) {
      if (file.left.length === 0 || file.waiting > 0 || file.sending > 0) continue
      if (!isOlder(file.path, unixMs)) continue
      records += this.#leftIn(file).entries.reduce((sum, { payload }) => sum + payload.count, 0)
      file.left = []
      if (file.isSealed) this.#remove(file)
      else this.#own.seal()
    }
    return records
  }

  /** Says that this process lives. Call it every `heartbeatMs`. */
  beat(): void {
    this.#own.beat()
  }

  /** Leaves what is still needed to whoever comes next. */
  close(): void {
    this.#own.leave()
    for (const file of this.#files.values()) this.#forget(file)
    this.#ready = []
  }

  #fileOf(segment: Segment): JournalFile {
    if (this.#current?.segment === segment) return this.#current.file
    const file = new JournalFile(segment.path)
    this.#files.set(file.path, file)
    this.#current = { segment, file }
    return file
  }

  #firstWithLeft(): JournalFile | undefined {
    for (const file of this.#files.values()) if (file.left.length > 0) return file
    return undefined
  }

  #read(file: JournalFile): void {
    const { entries, damagedBytes } = this.#leftIn(file)
    const loads = joinEntries(entries)
    if (entries.length < file.left.length || damagedBytes) this.#sayDamaged(file, damagedBytes)
    file.left = []
    file.sending = loads.length
    if (loads.length === 0) this.#release(file, [])
    this.#ready = loads.map(({ ids, payload }) =>
      toBatch(payload, () => {
        file.sending--
        this.#release(file, ids)
      }),
    )
  }

  #leftIn(file: JournalFile): Contents {
    const wanted = new Set(file.left)
    const contents = readSegment(file.path, this.#place.uid)
    const entries = contents?.entries.filter(({ id }) => wanted.has(id)) ?? []
    return { entries, damagedBytes: contents?.damagedBytes ?? file.bytes }
  }

  /** What is sent again after a kill is what lies in a segment and is not noted as settled. */
  #release(file: JournalFile, ids: readonly number[]): void {
    if (file.isLost) return
    if (file.isNeeded) this.#note(file, ids)
    else if (file.isSealed) this.#remove(file)
    else this.#own.seal()
  }

  /** Where the disk does not take it, it is sent twice after a kill. */
  #note(file: JournalFile, ids: readonly number[]): void {
    const note = encodeSettled(ids)
    try {
      if (file.isSealed) appendLate(file.path, this.#place.uid, note)
      else this.#own.segment?.append(note)
    } catch {}
  }

  #sealed(path: string): void {
    const file = this.#files.get(path)
    if (file === undefined) return
    file.isSealed = true
    if (!file.isNeeded) this.#remove(file)
  }

  #remove(file: JournalFile): void {
    removeSegment(file.path)
    this.#forget(file)
  }

  #forget(file: JournalFile): void {
    this.#files.delete(file.path)
    this.#use.bytes -= file.bytes
  }

  #lost(folder: string): void {
    for (const file of [...this.#files.values()].filter(({ path }) => dirname(path) === folder)) {
      file.isLost = true
      this.#forget(file)
    }
  }

  #sayDamaged({ path }: JournalFile, bytes: number): void {
    this.#place.problems.say(
      'CLEW_SPOOL_DAMAGED',
      path,
      () => `${bytes} bytes of ${path} are torn, damaged or gone and were passed over`,
    )
  }
}
