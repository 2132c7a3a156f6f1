import { BroadcastChannel, threadId } from 'node:worker_threads'
import { type ByteWriter, moveWriter } from '@clew/otlp'
import type { Signal } from '../batch.ts'
import {
  type Announcement,
  bytesCell,
  channelName,
  countCell,
  headerBytes,
  retiredCell,
  roundCell,
  scopeCell,
} from './shared-records.ts'

type SharedMemory = { buffer: Buffer; cells: Int32Array }

let nextScopeId = 1

/**
 * Lets the main thread read the records of this worker thread that are not acknowledged: when the thread is
 * terminated, or the main thread ends before it, nothing runs here any more.
 */
export class RecordMirror {
  readonly #channel = new BroadcastChannel(channelName)
  readonly #resource: Buffer
  readonly #scopes = new Map<Buffer, number>()
  readonly #memories = new Map<ByteWriter, SharedMemory>()

  constructor(resource: Buffer) {
    this.#resource = resource
    this.#channel.unref()
  }

  /** Shows what a writer holds now. The first time, and when it has grown, its bytes move to shared memory. */
  show(writer: ByteWriter, scope: Buffer, count: number, signal: Signal): void {
    let memory = this.#memories.get(writer)
    if (memory?.buffer !== writer.buffer) memory = this.#share(writer, memory)
    memory.cells[countCell] = count
    memory.cells[scopeCell] = this.#scopes.get(scope) ?? this.#announceScope(scope, signal)
    // The last one, and atomic: whoever sees the bytes sees what belongs to them.
    Atomics.store(memory.cells, bytesCell, writer.position)
  }

  /** The writer's records were acknowledged, or are kept elsewhere. */
  hide(writer: ByteWriter): void {
    const memory = this.#memories.get(writer)
    if (memory === undefined) return
    Atomics.store(memory.cells, bytesCell, 0)
    Atomics.add(memory.cells, roundCell, 1)
  }

  /** The writer will not be used again. */
  forget(writer: ByteWriter): void {
    const memory = this.#memories.get(writer)
    this.#memories.delete(writer)
    if (memory !== undefined) retire(memory)
  }

  close(): void {
    this.#channel.close()
  }

  #share(writer: ByteWriter, before: SharedMemory | undefined): SharedMemory {
    const shared = new SharedArrayBuffer(headerBytes + writer.buffer.length)
    const memory = {
      buffer: Buffer.from(shared, headerBytes),
      cells: new Int32Array(shared, 0, headerBytes / 4),
    }
    moveWriter(writer, memory.buffer)
    this.#memories.set(writer, memory)
    this.#announce({ thread: threadId, memory: shared })
    if (before !== undefined) retire(before)
    return memory
  }

  #announceScope(scope: Buffer, signal: Signal): number {
    const scopeId = nextScopeId++
    this.#scopes.set(scope, scopeId)
    this.#announce({ thread: threadId, scopeId, signal, scope, resource: this.#resource })
    return scopeId
  }

  #announce(announcement: Announcement): void {
    this.#channel.postMessage(announcement)
  }
}

function retire({ cells }: SharedMemory): void {
  Atomics.store(cells, bytesCell, 0)
  Atomics.store(cells, retiredCell, 1)
}
