import type { Worker } from 'node:worker_threads'
import { cancelled, timeoutMs, tooSlow } from '../query/stop.ts'
import { deskEnds, type StoreErrorCode, storeError } from '../schema/store-error.ts'
import type { Query } from './store.ts'
import { type FromReader, startThread, type ToReader } from './thread.ts'

/** After this a query that did not end by itself is ended together with its thread. */
const stuckMs = timeoutMs + 3000
/** Of a thread's heap. What it answers is in pages, and a chain of 30,000 records takes 60. */
const heapMb = 128
/** Queries that may wait for one another. */
const maxWaiting = 200

type Waiting = {
  query: Query
  resolve: (json: Uint8Array) => void
  reject: (error: Error) => void
  signal: AbortSignal | undefined
}

/**
 * The reader's thread as the main thread sees it: one query at a time, in order. The thread starts with the first query,
 * and anew with the next one after it failed.
 */
export class ReaderClient {
  readonly #onDamaged: (path: string) => void
  readonly #queue: Waiting[] = []
  /** One for each list of segments that the thread was given and has not answered. */
  readonly #opened: (() => void)[] = []
  #paths: readonly string[] = []
  #running: { id: number; waiting: Waiting; timer: NodeJS.Timeout } | undefined
  /** The number of the query that nobody waits for any more. */
  readonly #cancelled = new Int32Array(new SharedArrayBuffer(4))
  #nextId = 1
  #isClosed = false
  #thread: Worker | undefined

  constructor(onDamaged: (path: string) => void) {
    this.#onDamaged = onDamaged
  }

  /** `signal`: nobody waits for the answer any more; it rejects at once, and the query ends soon. */
  query(query: Query, signal?: AbortSignal): Promise<Uint8Array> {
    if (this.#isClosed) return Promise.reject(deskEnds())
    if (this.#queue.length >= maxWaiting) {
      return Promise.reject(storeError('busy', 'too many queries wait; come back later'))
    }
    if (signal?.aborted) return Promise.reject(cancelled())
    return new Promise((resolve, reject) => {
      const waiting = { query, resolve, reject, signal }
      signal?.addEventListener('abort', () => this.#cancel(waiting), { once: true })
      this.#queue.push(waiting)
      this.#next()
    })
  }

  /** Resolves when no other file than these is open any more. */
  useSegments(paths: readonly string[]): Promise<void> {
    this.#paths = paths
    const thread = this.#thread
    if (thread === undefined) return Promise.resolve()
    return new Promise((resolve) => {
      this.#opened.push(resolve)
      say(thread, { kind: 'segments', paths: [...paths] })
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const waiting = this.#queue.splice(0)
    if (this.#running !== undefined) {
      clearTimeout(this.#running.timer)
      waiting.push(this.#running.waiting)
    }
    for (const { reject } of waiting) reject(deskEnds())
    this.#tellOpened()
    await this.#thread?.terminate()
    this.#thread = undefined
  }

  #cancel(waiting: Waiting): void {
    const at = this.#queue.indexOf(waiting)
    if (at >= 0) this.#queue.splice(at, 1)
    else if (this.#running?.waiting === waiting) Atomics.store(this.#cancelled, 0, this.#running.id)
    waiting.reject(cancelled())
  }

  #next(): void {
    const waiting = this.#running === undefined ? this.#queue.shift() : undefined
    if (waiting === undefined) return
    const id = this.#nextId++
    this.#thread ??= this.#start()
    const thread = this.#thread
    const timer = setTimeout(() => this.#giveUp(thread, tooSlow()), stuckMs)
    this.#running = { id, waiting, timer }
    say(thread, { kind: 'query', id, ...waiting.query })
  }

  #start(): Worker {
    const thread = startThread('reader-thread', {
      workerData: this.#cancelled,
      resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 8 },
    })
    this.#opened.push(() => {})
    say(thread, { kind: 'segments', paths: [...this.#paths] })
    thread.on('message', (message: FromReader) => this.#hear(message))
    thread.on('error', (error) =>
      this.#giveUp(thread, storeError('internal', `the reader failed: ${error.message}`)),
    )
    return thread
  }

  #hear(message: FromReader): void {
    if (message.kind === 'answer') this.#finish(message.id, ({ resolve }) => resolve(message.json))
    else if (message.kind === 'failure') {
      const error = storeError(message.code as StoreErrorCode, message.message)
      this.#finish(message.id, ({ reject }) => reject(error))
    } else if (message.kind === 'damaged') this.#onDamaged(message.path)
    else if (message.kind === 'open') this.#opened.shift()?.()
  }

  #finish(id: number, settle: (waiting: Waiting) => void): void {
    if (this.#running?.id !== id) return
    const { waiting, timer } = this.#running
    clearTimeout(timer)
    this.#running = undefined
    settle(waiting)
    this.#next()
  }

  /** The thread is gone or stuck: its query fails, the others go to a new one. */
  #giveUp(thread: Worker, error: Error): void {
    if (thread !== this.#thread) return
    this.#thread = undefined
    thread.removeAllListeners('message')
    void thread.terminate()
    this.#tellOpened()
    if (this.#running !== undefined) this.#finish(this.#running.id, ({ reject }) => reject(error))
  }

  #tellOpened(): void {
    for (const resolve of this.#opened.splice(0)) resolve()
  }
}

function say(thread: Worker, message: ToReader): void {
  thread.postMessage(message)
}
