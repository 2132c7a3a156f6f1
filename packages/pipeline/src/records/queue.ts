import type { PipelineScope, SignalCounters } from '../pipeline.ts'
import {
  type Batch,
  bytesOf,
  bytesOfRequest,
  kept,
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
import type { RecordJournal } from './on-disk.ts'

/** The one bound over every encoded record in memory: being filled, waiting, and on the wire. */
export type MemoryBudget = { used: number; max: number }

const defaultQueueBytes = 64 * 1024 * 1024
/** So much of the budget is for records that lie on disk as well. */
const keptShare = 4

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
  /** Where records are written to before their log call returns. */
  journal?: RecordJournal | undefined
  /** Takes a batch that memory has no room for, counts and settles it. */
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
  return { accepted: 0, delivered: 0, rejected: 0, dropped: 0, spooled: 0, replayed: 0, expired: 0 }
}

/** The records of one signal: chunks being filled, sealed batches, and batches to send again. */
export class ByteQueue {
  readonly counters: SignalCounters = emptyCounters()
  /** Records out of the spool that the receiver refused; they count as spooled. */
  replayRejected = 0
  /** Records that threads of this process had taken in. */
  adopted = 0
  /** The owner will look again without being told. */
  armed = false
  readonly #options: QueueOptions
  readonly #budget: MemoryBudget
  readonly #chunks: OpenChunks
  readonly #sealAtBytes: number
  readonly #sealed = new Fifo<Batch>()
  readonly #again = new Fifo<Batch>()
  /** To send before anything else, by their ids. */
  #first: Batch[] = []
  #freshFirst = true
  #nextId = 1

  constructor(options: QueueOptions) {
    this.#options = options
    this.#budget = options.budget
    this.#chunks = new OpenChunks(options.pool, options.mirror, options.journal)
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
    chunk.onDisk?.write(writer)
    if (writer.position >= this.#sealAtBytes || chunk.count >= sealAtRecords) this.#sealFull(chunk)
    else if (!this.armed) this.#arm()
  }

  /**
   * The next batch to send. `due`: what is still being filled may go as well. Batches that failed take turns with
   * fresh ones, so that one which the receiver never answers does not hold up all others, unless they are to keep their
   * place.
   */
  take(due: boolean): Batch | undefined {
    const first = this.#first.shift()
    if (first !== undefined) return first
    this.#freshFirst = !this.#freshFirst
    if (!this.#freshFirst) return this.#again.shift() ?? this.#takeFresh(due)
    return this.#takeFresh(due) ?? this.#again.shift()
  }

  /** Returns a batch that was not acknowledged. `keepsPlace`: it goes before all that came after it, and the last one returned first. */
  putBack(batch: Batch, keepsPlace = false): void {
    if (!keepsPlace) this.#again.push(batch)
    else this.#first = [batch, ...this.#first].sort((left, right) => left.id - right.id)
  }

  /** The end of a batch, whatever became of it. */
  settle(batch: Batch): void {
    if (!batch.fromSpool) this.#budget.used -= batch.bytes
    batch.release()
  }

  /** Forgets a batch that lies on disk as well: it is sent from there. False when it does not. */
  leave({ leave, bytes, count }: Batch): boolean {
    if (leave === undefined) return false
    this.#budget.used -= bytes
    this.counters.spooled += count
    leave()
    return true
  }

  /** Takes in records that a thread of this process left behind. */
  adopt({ resource, scope, records, count }: OrphanedRecords): void {
    const parts = [{ scope, records: [records] }]
    this.adopted += count
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
    const again = [...this.#first.splice(0), ...this.#again.splice()]
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

  /** Whether there are records that no batch has yet. */
  isFilling(): boolean {
    return this.#chunks.countRecords() > 0
  }

  /** Whether records wait in memory. */
  holdsRecords(): boolean {
    if (this.#sealed.length > 0 || this.#chunks.countRecords() > 0) return true
    const isOwn = (batch: Batch): boolean => !batch.fromSpool
    return this.#first.some(isOwn) || some(this.#again, isOwn)
  }

  /** Whether a batch up to that id still waits. */
  holdsUpTo(id: number): boolean {
    const isUpTo = (batch: Batch): boolean => batch.id <= id
    return this.#first.some(isUpTo) || some(this.#again, isUpTo) || some(this.#sealed, isUpTo)
  }

  /** Records in memory that are not on the wire. */
  waitingRecords(): number {
    let count = this.#chunks.countRecords()
    for (const batch of [...this.#first, ...this.#again]) if (!batch.fromSpool) count += batch.count
    for (const batch of this.#sealed) count += batch.count
    return count
  }

  #takeFresh(due: boolean): Batch | undefined {
    return this.#sealed.shift() ?? (due && !this.#isBehind() ? this.#sealOpen() : undefined)
  }

  #arm(): void {
    this.armed = true
    this.#options.onFirst()
  }

  #sealFull(chunk: Chunk): void {
    const batch = this.#ownBatch(this.#chunks.sealFull(chunk))
    if (this.#hasRoomFor(batch)) this.#sealed.push(batch)
    else this.#options.overflow(batch)
    this.#options.onSealed()
  }

  /** What lies on disk needs little memory, and must not overtake what lies there alone. */
  #hasRoomFor({ leave }: Batch): boolean {
    const { used, max } = this.#budget
    if (leave !== undefined) return !this.#isBehind() && used <= max / keptShare
    return used <= max || !this.#options.canOverflow()
  }

  #isBehind(): boolean {
    return this.#options.journal?.isBehind() === true
  }

  #sealOpen(): Batch | undefined {
    const sealed = this.#chunks.sealAll()
    return sealed && this.#ownBatch(sealed)
  }

  #ownBatch({ parts, onDisk, ...facts }: SealedRecords): Batch {
    const batch = this.#batchOf({ resource: this.#options.resource, parts }, facts)
    return onDisk.length === 0 ? batch : kept(batch, onDisk)
  }

  #batchOf(content: OwnRecords | ReceivedRequest, facts: Pick<Batch, 'count' | 'bytes' | 'release'>): Batch {
    return { signal: this.#options.signal, id: this.#nextId++, ...content, ...facts, fromSpool: false }
  }
}

function some(batches: Iterable<Batch>, test: (batch: Batch) => boolean): boolean {
  for (const batch of batches) if (test(batch)) return true
  return false
}
