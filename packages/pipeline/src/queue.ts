import type { ByteWriter } from '@clew/otlp'
import { type Batch, bytesOf, bytesOfRequest, type Part, type Signal } from './batch.ts'
import { type Chunk, createChunk, sealAtBytes, sealAtRecords, type WriterPool } from './chunk.ts'
import type { MemoryBudget } from './memory-budget.ts'
import type { PipelineScope, SignalCounters } from './pipeline.ts'
import type { RecordMirror } from './threads/record-mirror.ts'
import type { OrphanedRecords } from './threads/thread-records.ts'

export type QueueOptions = {
  signal: Signal
  resource: Buffer
  budget: MemoryBudget
  pool: WriterPool
  /** Only in worker threads. */
  mirror: RecordMirror | undefined
  /** Takes a batch that memory has no room for, and counts it. */
  overflow: (batch: Batch) => void
  /** Whether `overflow` has somewhere to put a batch. */
  canOverflow: () => boolean
  /** Records wait that nobody was told about. Called once until `armed` is false again. */
  onFirst: () => void
  /** A batch is ready. */
  onSealed: () => void
  onDropped: () => void
}

export function emptyCounters(): SignalCounters {
  return { accepted: 0, delivered: 0, rejected: 0, dropped: 0, spooled: 0, replayed: 0 }
}

/** The records of one signal: chunks being filled, sealed batches, and batches to send again. */
export class ByteQueue {
  readonly counters: SignalCounters = emptyCounters()
  /** Records out of the spool that the receiver refused; they count as spooled. */
  replayRejected = 0
  /** The owner will look again without being told. */
  armed = false
  readonly #options: QueueOptions
  readonly #budget: MemoryBudget
  readonly #mirror: RecordMirror | undefined
  readonly #open = new Map<PipelineScope, Chunk>()
  readonly #sealAtBytes: number
  #sealed: Batch[] = []
  #again: Batch[] = []
  #lastScope: PipelineScope | undefined
  #lastChunk: Chunk | undefined
  #lastRanFull = false
  #freshFirst = true
  #nextId = 1

  constructor(options: QueueOptions) {
    this.#options = options
    this.#budget = options.budget
    this.#mirror = options.mirror
    this.#sealAtBytes = Math.min(sealAtBytes, Math.max(1024, options.budget.max >> 4))
  }

  /** The chunk to encode the next record of `scope` into; undefined when the record must be dropped. */
  chunk(scope: PipelineScope): Chunk | undefined {
    this.counters.accepted++
    if (this.#budget.used >= this.#budget.max && !this.#options.canOverflow()) {
      this.counters.dropped++
      this.#options.onDropped()
      return undefined
    }
    if (scope === this.#lastScope && this.#lastChunk !== undefined) return this.#lastChunk
    return this.#findChunk(scope)
  }

  /** Takes in the record whose encoding moved the chunk's writer by `bytes`. */
  commit(chunk: Chunk, bytes: number): void {
    this.#budget.used += bytes
    chunk.count++
    const { writer } = chunk
    // A getter of a record may log: the outer record is then still half written.
    if (writer.busy) return
    this.#mirror?.show(writer, chunk.scope, chunk.count, this.#options.signal)
    if (writer.position >= this.#sealAtBytes || chunk.count >= sealAtRecords) this.#sealFull(chunk)
    else if (!this.armed) this.#arm()
  }

  /**
   * The next batch to send. `due`: what is still being filled may go as well. Batches that failed take turns with
   * fresh ones, so that one which the receiver never answers does not hold up all others.
   */
  take(due: boolean): Batch | undefined {
    this.#freshFirst = !this.#freshFirst
    if (!this.#freshFirst) return this.#again.shift() ?? this.#takeFresh(due)
    return this.#takeFresh(due) ?? this.#again.shift()
  }

  /** Returns a batch that was not acknowledged. */
  putBack(batch: Batch): void {
    this.#again.push(batch)
  }

  /** The end of a batch, whatever became of it. */
  settle(batch: Batch): void {
    if (!batch.fromSpool) this.#budget.used -= batch.bytes
    batch.release()
  }

  /** Takes in records that a thread of this process left behind. */
  adopt({ resource, scope, records, count }: OrphanedRecords): void {
    const { signal } = this.#options
    const bytes = records.length
    this.counters.accepted += count
    this.#budget.used += bytes
    const parts = [{ scope, records: [records] }]
    this.#sealed.push({
      signal,
      id: this.#nextId++,
      resource,
      parts,
      count,
      bytes,
      fromSpool: false,
      release() {},
    })
  }

  /** Makes a batch of a whole request, and does not take it in. */
  batchOf(request: Buffer, count: number): Batch {
    const { signal } = this.#options
    const bytes = bytesOfRequest(request)
    return { signal, id: this.#nextId++, request, count, bytes, fromSpool: false, release() {} }
  }

  /** Takes in a batch that {@link batchOf} made. */
  add(batch: Batch): void {
    this.counters.accepted += batch.count
    this.#budget.used += batch.bytes
    this.#sealed.push(batch)
  }

  /** The halves of a request have its resources twice. */
  replace(batch: Batch, halves: readonly Batch[]): void {
    if (batch.fromSpool) return
    for (const half of halves) this.#budget.used += half.bytes
    this.#budget.used -= batch.bytes
  }

  /** Everything that waits in memory, as batches. What came from the spool lies there still, and stays. */
  takeAll(): Batch[] {
    const open = this.#sealOpen()
    const again = this.#again.filter((batch) => !batch.fromSpool)
    const all = [...again, ...this.#sealed, ...(open === undefined ? [] : [open])]
    this.#again = this.#again.filter((batch) => batch.fromSpool)
    this.#sealed = []
    return all
  }

  /** Seals what is being filled. Returns the id of the newest batch. */
  seal(): number {
    const open = this.#sealOpen()
    if (open !== undefined) this.#sealed.push(open)
    return this.#nextId - 1
  }

  /** Whether records wait in memory. */
  holdsRecords(): boolean {
    if (this.#sealed.length > 0 || this.#again.some((batch) => !batch.fromSpool)) return true
    for (const chunk of this.#open.values()) if (chunk.count > 0) return true
    return false
  }

  /** Whether a batch up to that id still waits. */
  holdsUpTo(id: number): boolean {
    return this.#again.some((batch) => batch.id <= id) || this.#sealed.some((batch) => batch.id <= id)
  }

  waitingRecords(): number {
    let count = 0
    for (const batch of this.#again) count += batch.count
    for (const batch of this.#sealed) count += batch.count
    for (const chunk of this.#open.values()) count += chunk.count
    return count
  }

  #takeFresh(due: boolean): Batch | undefined {
    return this.#sealed.shift() ?? (due ? this.#sealOpen() : undefined)
  }

  #findChunk(scope: PipelineScope): Chunk {
    let chunk = this.#open.get(scope)
    if (chunk === undefined) {
      chunk = createChunk(scope, this.#options.pool.take(this.#lastRanFull))
      this.#open.set(scope, chunk)
    }
    this.#lastScope = scope
    this.#lastChunk = chunk
    return chunk
  }

  #arm(): void {
    this.armed = true
    this.#options.onFirst()
  }

  #sealFull(chunk: Chunk): void {
    this.#lastRanFull = true
    const batch = this.#batch([chunk])
    if (this.#budget.used > this.#budget.max && this.#options.canOverflow()) {
      this.#options.overflow(batch)
      this.settle(batch)
      return
    }
    this.#sealed.push(batch)
    this.#options.onSealed()
  }

  #sealOpen(): Batch | undefined {
    const chunks: Chunk[] = []
    for (const chunk of this.#open.values()) if (chunk.count > 0 && !chunk.writer.busy) chunks.push(chunk)
    if (chunks.length === 0) return undefined
    this.#lastRanFull = false
    return this.#batch(chunks)
  }

  /** Moves the chunks' buffers into a batch; the chunks go on with others. */
  #batch(chunks: readonly Chunk[]): Batch {
    const { pool, signal, resource } = this.#options
    const parts: Part[] = []
    const writers: ByteWriter[] = []
    let count = 0
    for (const chunk of chunks) {
      parts.push({ scope: chunk.scope, records: [chunk.writer.buffer.subarray(0, chunk.writer.position)] })
      writers.push(chunk.writer)
      count += chunk.count
      chunk.count = 0
      chunk.writer = pool.take(this.#lastRanFull)
    }
    const release = (): void => {
      for (const writer of writers) {
        this.#mirror?.hide(writer)
        if (!pool.give(writer)) this.#mirror?.forget(writer)
      }
    }
    return {
      signal,
      id: this.#nextId++,
      resource,
      parts,
      count,
      bytes: bytesOf(parts),
      fromSpool: false,
      release,
    }
  }
}
