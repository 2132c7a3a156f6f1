import { type ByteWriter, createByteWriter, encodeScope } from '@clew/otlp'
import type { PipelineScope } from '../pipeline.ts'
import { bytesOf, type Part, type Signal } from './batch.ts'

/** The records of one scope that are being written now. */
export type Chunk = { readonly scope: Buffer; writer: ByteWriter; count: number }

/** What chunks held when they were sealed. `release` gives their buffers back; call it once. */
export type SealedRecords = { parts: Part[]; count: number; bytes: number; release: () => void }

/** Lets another thread see what writers hold. */
export type Mirror = {
  show(writer: ByteWriter, scope: Buffer, count: number, signal: Signal): void
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

const keptWriters = 16
const keptBytes = 1024 * 1024

/** Buffers that batches gave back, so that a steady stream allocates nothing. */
export class WriterPool {
  readonly #free: ByteWriter[] = []

  /** `expectFull` when the last one ran full: growing again would copy every byte once more. */
  take(expectFull: boolean): ByteWriter {
    return this.#free.pop() ?? createByteWriter(expectFull ? fullBytes : firstBytes)
  }

  /** False when the writer is not kept. */
  give(writer: ByteWriter): boolean {
    if (this.#free.length >= keptWriters || writer.buffer.length > keptBytes) return false
    writer.position = 0
    this.#free.push(writer)
    return true
  }
}

/** The chunks that one signal's records are written into, one for each scope. */
export class OpenChunks {
  readonly #pool: WriterPool
  readonly #mirror: Mirror | undefined
  readonly #chunks = new Map<PipelineScope, Chunk>()
  #lastScope: PipelineScope | undefined
  #lastChunk: Chunk | undefined
  #lastRanFull = false

  constructor(pool: WriterPool, mirror: Mirror | undefined) {
    this.#pool = pool
    this.#mirror = mirror
  }

  find(scope: PipelineScope): Chunk {
    if (scope === this.#lastScope && this.#lastChunk !== undefined) return this.#lastChunk
    let chunk = this.#chunks.get(scope)
    if (chunk === undefined) {
      const writer = this.#pool.take(this.#lastRanFull)
      chunk = { scope: encodeScope(scope.name, scope.version), writer, count: 0 }
      this.#chunks.set(scope, chunk)
    }
    this.#lastScope = scope
    this.#lastChunk = chunk
    return chunk
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

  /** Takes the chunks' buffers; the chunks go on with others. */
  #seal(chunks: readonly Chunk[]): SealedRecords {
    const parts: Part[] = []
    const writers: ByteWriter[] = []
    let count = 0
    for (const chunk of chunks) {
      parts.push({ scope: chunk.scope, records: [chunk.writer.buffer.subarray(0, chunk.writer.position)] })
      writers.push(chunk.writer)
      count += chunk.count
      chunk.count = 0
      chunk.writer = this.#pool.take(this.#lastRanFull)
    }
    return { parts, count, bytes: bytesOf(parts), release: () => this.#release(writers) }
  }

  #release(writers: readonly ByteWriter[]): void {
    for (const writer of writers) {
      this.#mirror?.hide(writer)
      if (!this.#pool.give(writer)) this.#mirror?.forget(writer)
    }
  }
}
