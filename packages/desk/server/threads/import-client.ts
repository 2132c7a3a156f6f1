import { setTimeout as delay } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import type { ImportResult } from '../../api/index.ts'
import { importLimits } from '../schema/limits.ts'
import { isStoreError, type StoreErrorCode, storeError } from '../schema/store-error.ts'
import type { Store } from './store.ts'
import type { FromImport, ToImport } from './thread.ts'

const busyDelayMs = 100
const maxProblems = 5
/** What the store says of a batch alone. */
const refusals = new Set<StoreErrorCode>(['decode', 'too-large'])

type Batch = Extract<FromImport, { kind: 'batch' }>
type Said = ToImport extends infer One ? (One extends ToImport ? Omit<One, 'id'> : never) : never

let nextId = 1

/**
 * An import as the main thread sees it: another thread reads the file, and what it finds is written as what others send is, in
 * small requests between theirs.
 */
export class ImportClient {
  readonly #store: Pick<Store, 'write'>
  readonly #thread: Worker
  readonly #id = nextId++
  readonly #onMore: () => void
  readonly #writes = new Set<Promise<void>>()
  readonly #result: ImportResult = { format: '', logs: 0, spans: 0, rejected: 0, problems: [] }
  readonly #ended: Promise<void>
  #succeed: () => void = () => {}
  #stop: (reason: unknown) => void = () => {}
  readonly #listeners = {
    message: (message: FromImport) => this.#hear(message),
    error: (error: Error) => this.#stop(threadError(error)),
    exit: () => this.#stop(storeError('internal', 'the thread of the import ended')),
  }
  /** Whether the thread has done with the file, and can take another one. */
  isFree = false
  #isOver = false
  #failure: { error: unknown } | undefined

  /** `onMore` is called once for each chunk that has been read. */
  constructor(thread: Worker, store: Pick<Store, 'write'>, onMore: () => void) {
    this.#thread = thread
    this.#store = store
    this.#onMore = onMore
    this.#ended = new Promise((resolve, reject) => {
      this.#succeed = resolve
      this.#stop = reject
    })
    this.#ended.catch(() => {})
    for (const [name, listener] of Object.entries(this.#listeners)) thread.on(name, listener)
  }

  /** The bytes are copied. */
  push(chunk: Uint8Array): void {
    const bytes = new Uint8Array(chunk)
    this.#say({ kind: 'chunk', bytes }, [bytes.buffer])
  }

  end(): void {
    this.#say({ kind: 'end' })
  }

  /** Ends it before its time, for this reason; what was written stays. */
  stop(reason: Error): void {
    this.#stop(reason)
  }

  /**
   * Resolves when all of it is committed. Rejects with a StoreError whose message says, behind the reason, how much is kept; or, with
   * nothing kept and something refused, why.
   */
  async result(): Promise<ImportResult> {
    try {
      await this.#ended
      await Promise.all(this.#writes)
      if (this.#failure !== undefined) throw this.#failure.error
    } catch (error) {
      this.#isOver = true
      await Promise.all(this.#writes)
      if (!isStoreError(error)) throw error
      throw storeError(error.code, `${error.message} (${this.#kept()})`)
    } finally {
      this.#isOver = true
      for (const [name, listener] of Object.entries(this.#listeners)) this.#thread.off(name, listener)
    }
    const { logs, spans, rejected, problems } = this.#result
    problems.sort((a, b) => a.line - b.line)
    if (logs + spans > 0 || rejected === 0) return this.#result
    const [first] = problems
    const which = rejected === 1 ? '' : `${rejected} lines are no records; `
    throw storeError('invalid', `${which}line ${first!.line}: ${first!.message} (${this.#kept()})`)
  }

  #kept(): string {
    const { logs, spans } = this.#result
    if (logs + spans === 0) return 'nothing of it is kept'
    return `${logs} lines and ${spans} spans are kept, the rest is not`
  }

  #say(message: Said, transfer: ArrayBuffer[] = []): void {
    this.#thread.postMessage({ id: this.#id, ...message } satisfies ToImport, transfer)
  }

  #hear(message: FromImport): void {
    if (message.id !== this.#id) return
    if (message.kind === 'done' || message.kind === 'failed') this.isFree = true
    if (message.kind === 'more') this.#onMore()
    else if (message.kind === 'batch') {
      const done: Promise<void> = this.#write(message).finally(() => this.#writes.delete(done))
      this.#writes.add(done)
    } else if (message.kind === 'failed') {
      this.#stop(storeError(message.code as StoreErrorCode, message.message))
    } else {
      this.#result.format = message.format
      this.#result.rejected += message.rejected
      for (const problem of message.problems) this.#note(problem.line, problem.message)
      this.#succeed()
    }
  }

  async #write({ signal, bytes, records, line }: Batch): Promise<void> {
    try {
      const written = await this.#writeWhenFree(signal, bytes)
      this.#result[signal === 'logs' ? 'logs' : 'spans'] += written.records
      if (written.rejected > 0) this.#reject(written.rejected, line, written.message)
    } catch (error) {
      if (isStoreError(error) && refusals.has(error.code)) this.#reject(records, line, error.message)
      else this.#fail(error)
    }
    if (!this.#isOver) this.#say({ kind: 'written' })
  }

  /** A store that is busy refuses at once, but has taken the bytes: it gets a copy each time. */
  async #writeWhenFree(signal: Batch['signal'], bytes: Uint8Array): ReturnType<Store['write']> {
    for (;;) {
      try {
        return await this.#store.write(signal, 'protobuf', new Uint8Array(bytes), true)
      } catch (error) {
        if (!isStoreError(error) || error.code !== 'busy' || this.#isOver) throw error
        await delay(busyDelayMs)
      }
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#stop(error)
  }

  #reject(records: number, line: number, message: string): void {
    this.#result.rejected += records
    this.#note(line, message)
  }

  #note(line: number, message: string): void {
    if (this.#result.problems.length < maxProblems) this.#result.problems.push({ line, message })
  }
}

function threadError(error: Error & { code?: string }): Error {
  if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') return storeError('internal', error.message)
  const limit = `reading the file takes more than ${importLimits.heapMb} MB of memory`
  return storeError('too-large', `${limit}; write one record a line, or split it`)
}
