import type { Worker } from 'node:worker_threads'
import { type StoreErrorCode, storeError } from '../schema/store-error.ts'
import type { Query } from './store.ts'
import { type FromReader, startThread, type ToReader } from './thread.ts'

/** After this a query is ended together with its thread: SQLite cannot be interrupted from outside. */
const timeoutMs = 5000
/** Queries that may wait for one another. */
const maxWaiting = 200

type Waiting = {
  query: Query
  resolve: (json: Uint8Array) => void
  reject: (error: Error) => void
}

/** The reader's thread as the main thread sees it: one query at a time, in order. */
export type ReaderClient = {
  query(query: Query): Promise<Uint8Array>
  /** Resolves when no other file than these is open any more. */
  useSegments(paths: readonly string[]): Promise<void>
  close(): Promise<void>
}

/** The thread starts with the first query, and anew with the next one after it failed. */
export function createReader(onDamaged: (path: string) => void): ReaderClient {
  const queue: Waiting[] = []
  const opened: (() => void)[] = []
  let paths: readonly string[] = []
  let running: { id: number; waiting: Waiting; timer: NodeJS.Timeout } | undefined
  let nextId = 1
  let isClosed = false
  let worker: Worker | undefined

  function start(): Worker {
    const thread = startThread('reader-thread')
    thread.postMessage({ kind: 'segments', paths: [...paths] } satisfies ToReader)
    thread.on('message', hear)
    thread.on('error', (error) =>
      giveUp(thread, storeError('internal', `the reader failed: ${error.message}`)),
    )
    return thread
  }

  function hear(message: FromReader): void {
    if (message.kind === 'answer') finish(message.id, ({ resolve }) => resolve(message.json))
    else if (message.kind === 'failure') {
      const error = storeError(message.code as StoreErrorCode, message.message)
      finish(message.id, ({ reject }) => reject(error))
    } else if (message.kind === 'damaged') onDamaged(message.path)
    else if (message.kind === 'open') for (const resolve of opened.splice(0)) resolve()
  }

  function finish(id: number, settle: (waiting: Waiting) => void): void {
    if (running?.id !== id) return
    const { waiting, timer } = running
    clearTimeout(timer)
    running = undefined
    settle(waiting)
    next()
  }

  function next(): void {
    const waiting = running === undefined ? queue.shift() : undefined
    if (waiting === undefined) return
    const id = nextId++
    worker ??= start()
    const thread = worker
    const timer = setTimeout(() => {
      const seconds = timeoutMs / 1000
      giveUp(
        thread,
        storeError('timeout', `the query took longer than ${seconds} s; narrow the time or the search`),
      )
    }, timeoutMs)
    running = { id, waiting, timer }
    thread.postMessage({ kind: 'query', id, ...waiting.query } satisfies ToReader)
  }

  /** The thread is gone or stuck: its query fails, the others go to a new one. */
  function giveUp(thread: Worker, error: Error): void {
    if (thread !== worker) return
    worker = undefined
    thread.removeAllListeners('message')
    void thread.terminate()
    for (const resolve of opened.splice(0)) resolve()
    if (running !== undefined) finish(running.id, ({ reject }) => reject(error))
  }

  return {
    query(query) {
      if (isClosed) return Promise.reject(storeError('internal', 'the store is closed'))
      if (queue.length >= maxWaiting)
        return Promise.reject(storeError('busy', 'too many queries wait; come back later'))
      return new Promise((resolve, reject) => {
        queue.push({ query, resolve, reject })
        next()
      })
    },
    useSegments(wanted) {
      paths = wanted
      const thread = worker
      if (thread === undefined) return Promise.resolve()
      return new Promise((resolve) => {
        opened.push(resolve)
        thread.postMessage({ kind: 'segments', paths: [...wanted] } satisfies ToReader)
      })
    },
    async close() {
      isClosed = true
      if (running !== undefined) clearTimeout(running.timer)
      const error = storeError('internal', 'the store is closed')
      for (const { reject } of [...queue.splice(0), ...(running === undefined ? [] : [running.waiting])])
        reject(error)
      for (const resolve of opened.splice(0)) resolve()
      await worker?.terminate()
      worker = undefined
    },
  }
}
