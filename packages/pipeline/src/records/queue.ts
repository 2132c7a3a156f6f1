import type { PipelineScope, SignalCounters } from '../pipeline.ts'
import {
  type Batch,
  bytesOf,
  bytesOfRequest,
  type OwnRecords,
  type ReceivedRequest,
  type Signal,
} from './batch.ts'
import {
  type Chunk,
  type Mirror,
  OpenChunks,
  type SealedRecords,
  sealAtBytes,
  sealAtRecords,
  type WriterPool,
} from './chunk.ts'
import { Fifo } from './fifo.ts'

/** The one bound over every encoded record in memory: being filled, waiting, and on the wire. */
export type MemoryBudget = { used: number; max: number }

const defaultQueueBytes = 64 * 1024 * 1024

/** One of so many equal parts. */
export function createBudget(maxBytes: number = defaultQueueBytes, parts = 1): MemoryBudget {
  return { used: 0, max: Math.floor(maxBytes / parts) }
}

/** Records that a thread of this process wrote and nobody acknowledged. */
export type OrphanedRecords = {
  lane: string
  resource: Buffer
  scope: Buffer
  records: Buffer
  count: number
}

export type QueueOptions = {
  signal: Signal
  /** Name of the lane: another thread's records go on in the lane of the same name. */
  lane: string
  resource: Buffer
  budget: MemoryBudget
  pool: WriterPool
  /** Only in worker threads. */
  mirror: Mirror | undefined
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
  readonly #chunks: OpenChunks
  readonly #sealAtBytes: number
  readonly #sealed = new Fifo<Batch>()
  readonly #again = new Fifo<Batch>()
  #freshFirst = true
  #nextId = 1

  constructor(options: QueueOptions) {
    this.#options = options
    this.#budget = options.budget
    this.#chunks = new OpenChunks(options.pool, options.mirror)
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
    if (this.#chunks.isCrowded(scope)) this.seal()
    return this.#chunks.find(scope)
  }

  /** Takes in the record whose encoding moved the chunk's writer by `bytes`. */
  commit(chunk: Chunk, bytes: number): void {
    this.#budget.used += bytes
    chunk.count++
    const { writer } = chunk
    // A getter of a record may log: the outer record is then still half written.
    if (writer.busy) return
    const { mirror, lane } = this.#options
    mirror?.show(writer, chunk.scope, chunk.count, lane)
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
    const parts = [{ scope, records: [records] }]
    this.add(this.#batchOf({ resource, parts }, { count, bytes: bytesOf(parts), release() {} }))
  }

  /** Makes a batch of a whole request, and does not take it in. */
  batchOf(request: Buffer, count: number): Batch {
    return this.#batchOf({ request }, { count, bytes: bytesOfRequest(request), release() {} })
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
    const again = this.#again.splice()
    for (const batch of again) if (batch.fromSpool) this.#again.push(batch)
    const own = again.filter((batch) => !batch.fromSpool)
    return [...own, ...this.#sealed.splice(), ...(open === undefined ? [] : [open])]
  }

  /** Seals what is being filled. Returns the id of the newest batch. */
  seal(): number {
    const open = this.#sealOpen()
    if (open !== undefined) this.#sealed.push(open)
    return this.#nextId - 1
  }

  /** Whether records wait in memory. */
  holdsRecords(): boolean {
    if (this.#sealed.length > 0 || this.#chunks.countRecords() > 0) return true
    return some(this.#again, (batch) => !batch.fromSpool)
  }

  /** Whether a batch up to that id still waits. */
  holdsUpTo(id: number): boolean {
    const isUpTo = (batch: Batch): boolean => batch.id <= id
    return some(this.#again, isUpTo) || some(this.#sealed, isUpTo)
  }

  /** Records in memory that are not on the wire. */
  waitingRecords(): number {
    let count = this.#chunks.countRecords()
    for (const batch of this.#again) if (!batch.fromSpool) count += batch.count
    for (const batch of this.#sealed) count += batch.count
    return count
  }

  #takeFresh(due: boolean): Batch | undefined {
    return this.#sealed.shift() ?? (due ? this.#sealOpen() : undefined)
  }

  #arm(): void {
    this.armed = true
    this.#options.onFirst()
  }

  #sealFull(chunk: Chunk): void {
    const batch = this.#ownBatch(this.#chunks.sealFull(chunk))
    if (this.#budget.used > this.#budget.max && this.#options.canOverflow()) {
      this.#options.overflow(batch)
      this.settle(batch)
      return
    }
    this.#sealed.push(batch)
    this.#options.onSealed()
  }

  #sealOpen(): Batch | undefined {
    const sealed = this.#chunks.sealAll()
    return sealed && this.#ownBatch(sealed)
  }

  #ownBatch({ parts, ...facts }: SealedRecords): Batch {
    return this.#batchOf({ resource: this.#options.resource, parts }, facts)
  }

  #batchOf(content: OwnRecords | ReceivedRequest, facts: Pick<Batch, 'count' | 'bytes' | 'release'>): Batch {
    return { signal: this.#options.signal, id: this.#nextId++, ...content, ...facts, fromSpool: false }
  }
}

function some(batches: Iterable<Batch>, test: (batch: Batch) => boolean): boolean {
  for (const batch of batches) if (test(batch)) return true
  return false
}
