import { type ByteWriter, createByteWriter, encodeScope } from '@clew/otlp'
import type { PipelineScope } from '../pipeline.ts'
import { bytesOf, type Part } from './batch.ts'
import type { ChunkOnDisk, OnDisk, RecordJournal } from './on-disk.ts'

/** The records of one scope that are being written now. */
export type Chunk = {
  readonly key: PipelineScope
  /** The scope, encoded. */
  readonly scope: Buffer
  readonly writer: ByteWriter
  readonly onDisk: ChunkOnDisk | undefined
  count: number
}

/** What chunks held when they were sealed. `release` gives their buffers back; call it once. */
export type SealedRecords = {
  parts: Part[]
  count: number
  bytes: number
  release: () => void
  onDisk: readonly OnDisk[]
}

/** Lets another thread see what writers hold. */
export type Mirror = {
  show(writer: ByteWriter, scope: Buffer, count: number, lane: string): void
  /** The writer's records were acknowledged, or are kept elsewhere. */
  hide(writer: ByteWriter): void
  /** The writer will not be used again. */
  forget(writer: ByteWriter): void
}

const firstBytes = 16 * 1024
const fullBytes = 512 * 1024
/** A record may follow this without making the buffer grow beyond `fullBytes`. */
export const sealAtBytes: number = fullBytes - 64 * 1024
export const sealAtRecords = 4096

/** All buffers that wait to be used again, and one of them. */
const keptBytes = 16 * 1024 * 1024
const keptWriterBytes = 1024 * 1024

/** Buffers that batches gave back, so that a steady stream allocates nothing. */
export class WriterPool {
  readonly #free: ByteWriter[] = []
  #freeBytes = 0

  /** `expectFull` when the last one ran full: growing again would copy every byte once more. */
  take(expectFull: boolean): ByteWriter {
    const writer = this.#free.pop()
    if (writer === undefined) return createByteWriter(expectFull ? fullBytes : firstBytes)
    this.#freeBytes -= writer.buffer.length
    return writer
  }

  /** False when the writer is not kept. */
  give(writer: ByteWriter): boolean {
    const bytes = writer.buffer.length
    if (bytes > keptWriterBytes || this.#freeBytes + bytes > keptBytes) return false
    writer.position = 0
    this.#free.push(writer)
    this.#freeBytes += bytes
    return true
  }
}

/** More scopes than this at a time are sealed: names of tracers and loggers may be made up without end. */
const maxOpenChunks = 64

/** The chunks that one signal's records are written into, one for each scope that has records now. */
export class OpenChunks {
  readonly #pool: WriterPool
  readonly #mirror: Mirror | undefined
  readonly #journal: RecordJournal | undefined
  readonly #chunks = new Map<PipelineScope, Chunk>()
  #lastScope: PipelineScope | undefined
  #lastChunk: Chunk | undefined
  #lastRanFull = false

  constructor(pool: WriterPool, mirror: Mirror | undefined, journal?: RecordJournal) {
    this.#pool = pool
    this.#mirror = mirror
    this.#journal = journal
  }

  find(scope: PipelineScope): Chunk {
    if (scope === this.#lastScope && this.#lastChunk !== undefined) return this.#lastChunk
    let chunk = this.#chunks.get(scope)
    if (chunk === undefined) {
      const writer = this.#pool.take(this.#lastRanFull)
      const encoded = encodeScope(scope.name, scope.version)
      chunk = { key: scope, scope: encoded, writer, onDisk: this.#journal?.open(encoded), count: 0 }
      this.#chunks.set(scope, chunk)
    }
    this.#lastScope = scope
    this.#lastChunk = chunk
    return chunk
  }

  /** Whether a scope that has no chunk yet must wait for the others to be sealed. */
  isCrowded(scope: PipelineScope): boolean {
    return this.#chunks.size >= maxOpenChunks && scope !== this.#lastScope && !this.#chunks.has(scope)
  }

  countRecords(): number {
    let count = 0
    for (const chunk of this.#chunks.values()) count += chunk.count
    return count
  }

  sealFull(chunk: Chunk): SealedRecords {
    this.#lastRanFull = true
    return this.#seal([chunk])
  }

  /** Seals every chunk that has records and is not being written to. Undefined when there is none. */
  sealAll(): SealedRecords | undefined {
    const chunks = [...this.#chunks.values()].filter(({ count, writer }) => count > 0 && !writer.busy)
    if (chunks.length === 0) return undefined
    this.#lastRanFull = false
    return this.#seal(chunks)
  }

  /** Takes the chunks; a scope that goes on gets another. */
  #seal(chunks: readonly Chunk[]): SealedRecords {
    const parts: Part[] = []
    const writers: ByteWriter[] = []
    let count = 0
    for (const { key, scope, writer, count: records } of chunks) {
      const isCopied = this.#isMostlyEmpty(writer)
      const written = writer.buffer.subarray(0, writer.position)
      parts.push({ scope, records: [isCopied ? Buffer.from(written) : written] })
      if (isCopied) this.#pool.give(writer)
      else writers.push(writer)
      count += records
      this.#chunks.delete(key)
    }
    this.#lastScope = undefined
    this.#lastChunk = undefined
    const onDisk = chunks.flatMap((chunk) => chunk.onDisk ?? [])
    return { parts, count, bytes: bytesOf(parts), release: () => this.#release(writers), onDisk }
  }

  // A batch may wait for long, and the budget counts its bytes, not the buffer around them. Under a mirror the bytes must
  // stay where the other thread sees them.
  #isMostlyEmpty({ position, buffer }: ByteWriter): boolean {
    return this.#mirror === undefined && position * 4 <= buffer.length
  }

  #release(writers: readonly ByteWriter[]): void {
    for (const writer of writers) {
      this.#mirror?.hide(writer)
      if (!this.#pool.give(writer)) this.#mirror?.forget(writer)
    }
  }
}
