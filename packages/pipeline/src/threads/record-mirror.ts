import { BroadcastChannel, threadId } from 'node:worker_threads'
import { type ByteWriter, moveWriter } from '@clew/otlp'
import type { Mirror } from '../records/chunk.ts'
import { type Announcement, channelName, SharedRecords } from './shared-records.ts'

let nextScopeId = 1

/**
 * Lets the main thread read the records of this worker thread that are not acknowledged: when the thread is
 * terminated, or the main thread ends before it, nothing runs here any more.
 */
export class RecordMirror implements Mirror {
  readonly #channel = new BroadcastChannel(channelName)
  readonly #resource: Buffer
  readonly #scopes = new Map<Buffer, number>()
  readonly #memories = new Map<ByteWriter, SharedRecords>()

  constructor(resource: Buffer) {
    this.#resource = resource
    this.#channel.unref()
  }

  /** Shows what a writer holds now. The first time, and when it has grown, its bytes move to shared memory. */
  show(writer: ByteWriter, scope: Buffer, count: number, lane: string): void {
    let shared = this.#memories.get(writer)
    if (shared?.buffer !== writer.buffer) shared = this.#share(writer, shared)
    const scopeId = this.#scopes.get(scope) ?? this.#announceScope(scope, lane)
    shared.show(writer.position, count, scopeId)
  }

  hide(writer: ByteWriter): void {
    this.#memories.get(writer)?.hide()
  }

  forget(writer: ByteWriter): void {
    this.#memories.get(writer)?.retire()
    this.#memories.delete(writer)
  }

  close(): void {
    this.#channel.close()
  }

  #share(writer: ByteWriter, before: SharedRecords | undefined): SharedRecords {
    const shared = SharedRecords.ofSize(writer.buffer.length)
    moveWriter(writer, shared.buffer)
    this.#memories.set(writer, shared)
    this.#announce({ thread: threadId, memory: shared.memory })
    before?.retire()
    return shared
  }

  #announceScope(scope: Buffer, lane: string): number {
    const scopeId = nextScopeId++
    this.#scopes.set(scope, scopeId)
    this.#announce({ thread: threadId, scopeId, lane, scope, resource: this.#resource })
    return scopeId
  }

  #announce(announcement: Announcement): void {
    this.#channel.postMessage(announcement)
  }
}
