import type { StoreErrorCode, Written } from '../store/store.ts'
import { storeError } from '../store/store-error.ts'
import type { FromWriter, ToWriter, WriterSettings } from './messages.ts'
import { startThread } from './start-thread.ts'

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

/** Starts the thread; rejects with a StoreError when it cannot use its folder. */
export function startWriter(settings: WriterSettings, events: WriterEvents): Promise<WriterClient> {
  const worker = startThread('writer-thread', {
    workerData: settings,
    // Short-lived rows are many: a small young generation would copy them. 64 would be 60 MB more for 2 % of the CPU.
    resourceLimits: { maxYoungGenerationSizeMb: 48 },
  })
  const waiting = new Map<number, Waiting>()
  let waitingBytes = 0
  let nextId = 1
  let ended: Error | undefined

  const take = (id: number): Waiting | undefined => {
    const one = waiting.get(id)
    waiting.delete(id)
    if (one !== undefined) waitingBytes -= one.bytes
    return one
  }
  const end = (error: Error): void => {
    ended = error
    for (const id of [...waiting.keys()]) take(id)?.reject(error)
  }

  const client: WriterClient = {
    write({ bytes, ...request }) {
      if (ended !== undefined) return Promise.reject(ended)
      if (waiting.size > 0 && waitingBytes + bytes.length > maxWaitingBytes) {
        return Promise.reject(storeError('busy', `${waitingBytes} bytes wait to be written; come back later`))
      }
      return new Promise((resolve, reject) => {
        const id = nextId++
        waiting.set(id, { bytes: bytes.length, resolve, reject })
        waitingBytes += bytes.length
        const own = ownBytes(bytes)
        worker.postMessage({ kind: 'write', id, ...request, bytes: own } satisfies ToWriter, [own.buffer])
      })
    },
    close: () =>
      new Promise((resolve) => {
        worker.once('exit', () => resolve())
        worker.postMessage({ kind: 'close' } satisfies ToWriter)
      }),
  }

  return new Promise((resolve, reject) => {
    worker.on('message', (message: FromWriter) => {
      if (message.kind === 'segments') {
        events.onSegments(message)
        resolve(client)
      } else if (message.kind === 'committed') events.onCommitted(message)
      else if (message.kind === 'written') {
        const { id, records, rejected, message: text } = message
        take(id)?.resolve({ records, rejected, message: text })
      } else if (message.kind === 'refused') take(message.id)?.reject(errorOf(message))
      else if (message.kind === 'problem') events.onProblem(message.message)
      else if (message.kind === 'failed') reject(errorOf(message))
    })
    worker.on('error', (error) => end(storeError('internal', `the writer failed: ${error.message}`)))
    worker.on('exit', () => end(ended ?? storeError('internal', 'the store is closed')))
  })
}

function errorOf({ code, message }: { code: string; message: string }): Error {
  return storeError(code as StoreErrorCode, message)
}

/** The bytes in a buffer of their own, that can be handed to a thread without copying. */
function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const isOwn = bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
  return isOwn ? new Uint8Array(bytes.buffer as ArrayBuffer) : new Uint8Array(bytes)
}
