import type { Worker } from 'node:worker_threads'
import { deskEnds, isStoreError, storeError } from '../schema/store-error.ts'
import type { McpSettings } from './mcp-thread.ts'
import { type FromMcp, startThread, type ToMcp } from './thread.ts'

/** Calls at once; of one that takes longest most is waiting for the readers. */
const mostCalls = 32
/** Of the thread's heap: the protocol needs 20, a chain of 30,000 records 60. */
const heapMb = 256

export type McpCalled = { page: string; headers: Record<string, string>; body: string }

export type McpAnswered = { status: number; type: string; body: string }

type Waiting = { resolve(answered: McpAnswered): void; reject(error: Error): void }

/** Answers a path of the API with JSON. */
export type AskApi = (path: string, signal: AbortSignal) => Promise<Uint8Array>

/**
 * The thread that speaks the Model Context Protocol, as the main thread sees it: it begins with the first call, so that a desk without one
 * loads nothing of it, and what it does keeps no sender waiting. One that fails begins anew with the next call.
 */
export class McpClient {
  readonly #version: () => string
  readonly #ask: AskApi
  readonly #report: (error: unknown) => void
  readonly #waiting = new Map<number, Waiting>()
  readonly #asked = new Map<number, AbortController>()
  #nextId = 1
  #thread: Worker | undefined
  #isClosed = false

  constructor(version: () => string, ask: AskApi, report: (error: unknown) => void) {
    this.#version = version
    this.#ask = ask
    this.#report = report
  }

  /** `page` is where the caller finds the page. Rejects with a StoreError. */
  call({ page, headers, body }: McpCalled, signal: AbortSignal): Promise<McpAnswered> {
    if (this.#isClosed) return Promise.reject(deskEnds())
    if (this.#waiting.size >= mostCalls)
      return Promise.reject(storeError('busy', `${mostCalls} calls wait for an answer; come back later`))
    this.#thread ??= this.#start()
    const thread = this.#thread
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      thread.postMessage({ kind: 'call', id, page, headers, body } satisfies ToMcp)
      signal.addEventListener('abort', () => {
        if (this.#waiting.delete(id)) thread.postMessage({ kind: 'cancel', id } satisfies ToMcp)
        reject(storeError('cancelled', 'whoever asked has gone'))
      })
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const thread = this.#thread
    this.#thread = undefined
    this.#rejectAll(deskEnds())
    await thread?.terminate()
  }

  #start(): Worker {
    const thread = startThread('mcp-thread', {
      workerData: { version: this.#version() } satisfies McpSettings,
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
    })
    thread.on('message', (message: FromMcp) => this.#hear(thread, message))
    thread.on('error', (error) => {
      if (this.#thread !== thread) return
      this.#thread = undefined
      this.#report(error)
      this.#rejectAll(storeError('busy', 'the thread that answers /mcp failed and begins anew; ask again'))
    })
    return thread
  }

  #hear(thread: Worker, message: FromMcp): void {
    if (message.kind === 'problem') this.#report(new Error(message.message))
    else if (message.kind === 'forget') this.#asked.get(message.id)?.abort()
    else if (message.kind === 'ask') void this.#answer(thread, message.id, message.path)
    else {
      const { id, status, type, body } = message
      this.#waiting.get(id)?.resolve({ status, type, body })
      this.#waiting.delete(id)
    }
  }

  async #answer(thread: Worker, id: number, path: string): Promise<void> {
    const gone = new AbortController()
    this.#asked.set(id, gone)
    const tell = (json: Uint8Array | undefined, message: string): void =>
      thread.postMessage({ kind: 'told', id, json, message } satisfies ToMcp)
    try {
      tell(await this.#ask(path, gone.signal), '')
    } catch (error) {
      if (!isStoreError(error)) this.#report(error)
      tell(undefined, isStoreError(error) ? error.message : 'the desk failed; its own output says more')
    } finally {
      this.#asked.delete(id)
    }
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
    for (const gone of this.#asked.values()) gone.abort()
  }
}
