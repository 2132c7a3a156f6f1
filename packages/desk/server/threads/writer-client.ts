import type { Worker } from 'node:worker_threads'
import { deskEnds, type StoreErrorCode, storeError } from '../schema/store-error.ts'
import type { Written } from './store.ts'
import {
  type Clearing,
  closeThread,
  type FromWriter,
  startThread,
  type ToWriter,
  type WriterSettings,
} from './thread.ts'

/** Bytes that may wait for the writer before senders are asked to come back later. */
const maxWaitingBytes = 64 * 1024 * 1024

const restartMs = 500

type WriteRequest = Omit<Extract<ToWriter, { kind: 'write' }>, 'kind' | 'id'>
type Waiting = { bytes: number; resolve: (written?: Written) => void; reject: (error: Error) => void }

export type WriterEvents = {
  onSegments(message: Extract<FromWriter, { kind: 'segments' }>): void
  onCommitted(message: Extract<FromWriter, { kind: 'committed' }>): void
  onProblem(message: string): void
}

/**
 * The writer's thread as the main thread sees it. One that fails after its start, such as for want of memory, is started
 * again; meanwhile senders are asked to come back.
 */
export class WriterClient {
  readonly #settings: WriterSettings
  readonly #events: WriterEvents
  readonly #waiting = new Map<number, Waiting>()
  #waitingBytes = 0
  #nextId = 1
  #thread: Worker | undefined
  #isClosed = false

  constructor(settings: WriterSettings, events: WriterEvents) {
    this.#settings = settings
    this.#events = events
  }

  /** Rejects with a StoreError when the thread cannot use its folder. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const worker = startWriterThread(this.#settings)
      let reason = 'it ended'
      worker.on('message', (message: FromWriter) => {
        if (message.kind === 'failed') return reject(errorOf(message))
        this.#hear(message)
        if (message.kind !== 'segments' || this.#thread === worker) return
        this.#thread = worker
        // Closed while it was started again: nobody else would end it.
        if (this.#isClosed) worker.postMessage({ kind: 'close' } satisfies ToWriter)
        resolve()
      })
      worker.on('error', (error) => {
        reason = error.message
      })
      worker.on('exit', () => {
        reject(storeError('internal', `the writer failed: ${reason}`))
        if (this.#thread === worker) this.#lose(reason)
      })
    })
  }

  write({ bytes, ...request }: WriteRequest): Promise<Written> {
    const thread = this.#thread
    if (this.#isClosed) return Promise.reject(deskEnds())
    if (thread === undefined) return Promise.reject(startsAgain())
    if (this.#waiting.size > 0 && this.#waitingBytes + bytes.length > maxWaitingBytes) {
      const message = `${this.#waitingBytes} bytes wait to be written; come back later`
      return Promise.reject(storeError('busy', message))
    }
    return new Promise((resolve, reject) => {
      const id = this.#nextId++
      this.#waiting.set(id, { bytes: bytes.length, resolve: (written) => resolve(written!), reject })
      this.#waitingBytes += bytes.length
      const own = ownBytes(bytes)
      thread.postMessage({ kind: 'write', id, ...request, bytes: own } satisfies ToWriter, [own.buffer])
    })
  }

  /** Resolves when nothing is written to those segments any more; `onSegments` has heard which are to be deleted. */
  clear(what: Clearing): Promise<void> {
    const thread = this.#thread
    if (this.#isClosed) return Promise.reject(deskEnds())
    if (thread === undefined) return Promise.reject(startsAgain())
    return new Promise((resolve, reject) => {
      const id = this.#nextId++
      this.#waiting.set(id, { bytes: 0, resolve: () => resolve(), reject })
      thread.postMessage({ kind: 'clear', id, what } satisfies ToWriter)
    })
  }

  /** A file that cannot be read is set aside, if it is the current segment. */
  giveUp(path: string): void {
    this.#thread?.postMessage({ kind: 'give-up', path } satisfies ToWriter)
  }

  close(): Promise<void> {
    this.#isClosed = true
    return closeThread(this.#thread)
  }

  #hear(message: FromWriter): void {
    if (message.kind === 'segments') this.#events.onSegments(message)
    else if (message.kind === 'committed') this.#events.onCommitted(message)
    else if (message.kind === 'written') {
      const { id, records, rejected, arrivedUnixMs, message: text } = message
      this.#take(id)?.resolve({ records, rejected, arrivedUnixMs, message: text })
    } else if (message.kind === 'cleared') this.#take(message.id)?.resolve()
    else if (message.kind === 'refused') this.#take(message.id)?.reject(errorOf(message))
    else if (message.kind === 'problem') this.#events.onProblem(message.message)
  }

  #take(id: number): Waiting | undefined {
    const one = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (one !== undefined) this.#waitingBytes -= one.bytes
    return one
  }

  #lose(reason: string): void {
    this.#thread = undefined
    const error = this.#isClosed ? deskEnds() : startsAgain()
    for (const id of [...this.#waiting.keys()]) this.#take(id)?.reject(error)
    if (this.#isClosed) return
    this.#events.onProblem(`the writer failed (${reason}) and is started again`)
    this.#startLater()
  }

  #startLater(): void {
    setTimeout(() => {
      if (this.#isClosed) return
      this.start().catch((error: Error) => {
        this.#events.onProblem(`${error.message}; it is tried again`)
        this.#startLater()
      })
    }, restartMs).unref()
  }
}

function startWriterThread(settings: WriterSettings): Worker {
  return startThread('writer-thread', {
    workerData: settings,
    // Short-lived rows are many: a smaller young generation would pass them on to the old one, which then grows by more.
    resourceLimits: { maxYoungGenerationSizeMb: 48 },
  })
}

const startsAgain = (): Error => storeError('busy', 'the writer starts again; come back later')

function errorOf({ code, message }: { code: string; message: string }): Error {
  return storeError(code as StoreErrorCode, message)
}

/** The bytes in a buffer of their own, that can be handed to a thread without copying. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const isOwn = bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
  return isOwn ? new Uint8Array(bytes.buffer as ArrayBuffer) : new Uint8Array(bytes)
}
