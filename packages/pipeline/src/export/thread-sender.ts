import { type Batch, frameBatch } from '../records/batch.ts'
import type { Outcome } from '../wire/outcome.ts'
import type { Receiver, Sender } from './sender.ts'
import { SendingThread } from './sending-thread.ts'

/** A destination that is served by a worker thread of ours. */
export type ThreadSenderOptions = {
  /** The thread's file, which calls {@link serveBatches}. */
  file: URL
  /** Given to the thread; a structured clone of it. */
  data: unknown
  receiver: Receiver
  /** What the thread tells the operator. */
  say: (code: string, message: string) => void
  /**
   * Takes a request in this thread, at the end of the process and while the event loop stands still. Where it is there no thread is
   * started for that, and what the thread has not begun with is taken back from it.
   */
  takeSync?: (request: Uint8Array, remainingMs: () => number) => Outcome
  /** Starts the thread now, and not with the first batch. */
  startsNow?: boolean
}

/**
 * Sends batches by a worker thread, as whole requests that change hands: what it takes to send them, its sockets and its
 * timers are none of the application's. The thread keeps no process alive, loads no preload, and works on while this
 * thread stands still, so that the end of the process can wait for it.
 */
export function createThreadSender(options: ThreadSenderOptions): Sender {
  let thread: SendingThread | undefined
  /** Throws where a process is forbidden to start threads. */
  const running = (): SendingThread => {
    thread ??= new SendingThread(options, () => {
      thread = undefined
    })
    return thread
  }
  const trySending = <T>(work: () => T, otherwise: (failure: Outcome) => T): T => {
    try {
      return work()
    } catch (error) {
      return otherwise({ kind: 'retry', reason: `no thread can be started: ${messageOf(error)}` })
    }
  }
  if (options.startsNow)
    trySending(
      () => void running(),
      () => {},
    )
  return {
    receiver: options.receiver,
    wire: undefined,
    sendsAtOnce: options.takeSync !== undefined,
    send: (batch) =>
      trySending(
        () => running().ask({ request: requestOf(batch) }, batch).answered,
        (failure) => Promise.resolve(failure),
      ),
    openSpare() {},
    answerSync(batch, remainingMs) {
      const asked = thread?.askedFor(batch)
      if (asked === undefined || (options.takeSync && thread?.takeBack(asked))) return undefined
      return thread?.waitSync(asked, remainingMs)
    },
    sendSync: (batch, remainingMs) =>
      trySending(
        () => {
          if (options.takeSync) return options.takeSync(requestOf(batch), remainingMs)
          const sending = running()
          const asked = sending.ask({ request: requestOf(batch) }, batch)
          // The other half is for other destinations, and for the disk.
          const keptMs = remainingMs() / 2
          return sending.waitSync(asked, () => Math.max(0, remainingMs() - keptMs))
        },
        () => undefined,
      ),
    async finish(finishMs) {
      if (thread?.hasMore()) await thread.ask({ finishMs }).answered
    },
    finishSync(remainingMs) {
      const finishMs = remainingMs()
      if (finishMs > 0 && thread?.hasMore()) thread.waitSync(thread.ask({ finishMs }), remainingMs)
    },
    close: () => thread?.end('closed'),
  }
}

/** In memory of its own, which then is the thread's. */
function requestOf(batch: Batch): Uint8Array<ArrayBuffer> {
  const pieces = frameBatch(batch)
  const request = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    request.set(piece, at)
    at += piece.length
  }
  return request
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
