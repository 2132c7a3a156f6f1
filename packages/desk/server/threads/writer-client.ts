import type { Worker } from 'node:worker_threads'
import { type StoreErrorCode, storeError } from '../schema/store-error.ts'
import type { Written } from './store.ts'
import { type FromWriter, startThread, type ToWriter, type WriterSettings } from './thread.ts'

/** Bytes that may wait for the writer before senders are asked to come back later. */
const maxWaitingBytes = 64 * 1024 * 1024

type WriteRequest = Omit<Extract<ToWriter, { kind: 'write' }>, 'kind' | 'id'>
type Waiting = { bytes: number; resolve: (written: Written) => void; reject: (error: Error) => void }

/** The writer's thread as the main thread sees it. */
export type WriterClient = {
  write(request: WriteRequest): Promise<Written>
  close(): Promise<void>
}

export type WriterEvents = {
  onSegments(message: Extract<FromWriter, { kind: 'segments' }>): void
  onCommitted(message: Extract<FromWriter, { kind: 'committed' }>): void
  onProblem(message: string): void
}

const restartMs = 500

/**
 * Starts the thread; rejects with a StoreError when it cannot use its folder. One that fails later, such as for want of
 * memory, is started again; meanwhile senders are asked to come back.
 */
export async function startWriter(settings: WriterSettings, events: WriterEvents): Promise<WriterClient> {
  const waiting = new Map<number, Waiting>()
  let waitingBytes = 0
  let nextId = 1
  let thread: Worker | undefined
  let isClosed = false

  const take = (id: number): Waiting | undefined => {
    const one = waiting.get(id)
    waiting.delete(id)
    if (one !== undefined) waitingBytes -= one.bytes
    return one
  }

  const hear = (message: FromWriter): void => {
    if (message.kind === 'segments') events.onSegments(message)
    else if (message.kind === 'committed') events.onCommitted(message)
    else if (message.kind === 'written') {
      const { id, records, rejected, message: text } = message
      take(id)?.resolve({ records, rejected, message: text })
    } else if (message.kind === 'refused') take(message.id)?.reject(errorOf(message))
    else if (message.kind === 'problem') events.onProblem(message.message)
  }

  const start = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = startWriterThread(settings)
      let reason = 'it ended'
      worker.on('message', (message: FromWriter) => {
        if (message.kind === 'failed') return reject(errorOf(message))
        hear(message)
        if (message.kind !== 'segments' || thread === worker) return
        thread = worker
        // Closed while it was started again: nobody else would end it.
        if (isClosed) worker.postMessage({ kind: 'close' } satisfies ToWriter)
        resolve()
      })
      worker.on('error', (error) => {
        reason = error.message
      })
      worker.on('exit', () => {
        reject(storeError('internal', `the writer failed: ${reason}`))
        if (thread === worker) lose(reason)
      })
    })

  const lose = (reason: string): void => {
    thread = undefined
    const error = isClosed ? closed() : storeError('busy', 'the writer starts again; come back later')
    for (const id of [...waiting.keys()]) take(id)?.reject(error)
    if (isClosed) return
    events.onProblem(`the writer failed (${reason}) and is started again`)
    startLater()
  }

  const startLater = (): void => {
    setTimeout(() => {
      if (isClosed) return
      start().catch((error: Error) => {
        events.onProblem(`${error.message}; it is tried again`)
        startLater()
      })
    }, restartMs).unref()
  }

  await start()
  return {
    write({ bytes, ...request }) {
      if (isClosed) return Promise.reject(closed())
      if (thread === undefined)
        return Promise.reject(storeError('busy', 'the writer starts again; come back later'))
      if (waiting.size > 0 && waitingBytes + bytes.length > maxWaitingBytes) {
        return Promise.reject(storeError('busy', `${waitingBytes} bytes wait to be written; come back later`))
      }
      const to = thread
      return new Promise((resolve, reject) => {
        const id = nextId++
        waiting.set(id, { bytes: bytes.length, resolve, reject })
        waitingBytes += bytes.length
        const own = ownBytes(bytes)
        to.postMessage({ kind: 'write', id, ...request, bytes: own } satisfies ToWriter, [own.buffer])
      })
    },
    close() {
      isClosed = true
      const last = thread
      if (last === undefined) return Promise.resolve()
      return new Promise((resolve) => {
        last.once('exit', () => resolve())
        last.postMessage({ kind: 'close' } satisfies ToWriter)
      })
    },
  }
}

function startWriterThread(settings: WriterSettings): Worker {
  return startThread('writer-thread', {
    workerData: settings,
    // Short-lived rows are many: a small young generation would copy them. 64 would be 60 MB more for 2 % of the CPU.
    resourceLimits: { maxYoungGenerationSizeMb: 48 },
  })
}

const closed = (): Error => storeError('internal', 'the store is closed')

function errorOf({ code, message }: { code: string; message: string }): Error {
  return storeError(code as StoreErrorCode, message)
}

/** The bytes in a buffer of their own, that can be handed to a thread without copying. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const isOwn = bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
  return isOwn ? new Uint8Array(bytes.buffer as ArrayBuffer) : new Uint8Array(bytes)
}
