import { type ByteWriter, createByteWriter, encodeScope } from '@clew/otlp'
import type { PipelineScope } from './pipeline.ts'

/** The records of one scope that are being written now. */
export type Chunk = { readonly scope: Buffer; writer: ByteWriter; count: number }

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

export function createChunk(scope: PipelineScope, writer: ByteWriter): Chunk {
  return { scope: encodeScope(scope.name, scope.version), writer, count: 0 }
}
