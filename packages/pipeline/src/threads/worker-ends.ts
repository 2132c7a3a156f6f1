import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Worker } from 'node:worker_threads'

/** Node tells here of every worker thread that this thread starts. */
const workerChannel = 'worker_threads'

type Emit = (this: Worker, event: unknown, ...args: unknown[]) => boolean

/**
 * Tells of each worker thread that this thread starts from now on, and of its end just before the application hears of
 * it. By `emit` and not by a listener: `worker.listenerCount('exit')` stays the application's own.
 */
export function watchWorkers(started: () => void, ended: (threadId: number) => void): () => void {
  // A thread that has ended has lost its id.
  const threadIds = new WeakMap<Worker, number>()
  const onWorker = (message: unknown): void => {
    const { worker } = message as { worker: Worker }
    threadIds.set(worker, worker.threadId)
    started()
  }
  const unwrap = wrapEmit(
    (original) =>
      function emit(event, ...args) {
        const threadId = event === 'exit' ? threadIds.get(this) : undefined
        if (threadId !== undefined && threadIds.delete(this)) ended(threadId)
        return original.call(this, event, ...args)
      },
  )
  subscribe(workerChannel, onWorker)
  return () => {
    unsubscribe(workerChannel, onWorker)
    unwrap()
  }
}

function wrapEmit(wrap: (original: Emit) => Emit): () => void {
  const prototype = Worker.prototype as unknown as { emit: Emit }
  const own = Object.getOwnPropertyDescriptor(prototype, 'emit')
  const wrapper = wrap(prototype.emit)
  Object.defineProperty(prototype, 'emit', { value: wrapper, writable: true, configurable: true })
  return () => {
    if (prototype.emit !== wrapper) return
    if (own) Object.defineProperty(prototype, 'emit', own)
    else Reflect.deleteProperty(prototype, 'emit')
  }
}
