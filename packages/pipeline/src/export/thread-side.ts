import { type MessagePort, workerData } from 'node:worker_threads'
import type { Outcome } from '../wire/outcome.ts'
import { claimCellOf, countCell } from './thread-cells.ts'

/** What the application's thread asks for: a request to be sent, or what goes on behind those that were accepted to be finished. */
export type ThreadOrder = { id: number } & ({ request: Uint8Array } | { finishMs: number })

/** An answer, or what the operator is to be told. */
export type ThreadAnswer = { id: number; outcome: Outcome } | { code: string; message: string }

/** What a thread is started with; for `cells` see `thread-cells.ts`. */
export type ThreadStart = { port: MessagePort; cells: SharedArrayBuffer; data: unknown }

/** What a thread does with the batches of its destination. */
export type BatchHandlers = {
  /** Takes an `ExportLogsServiceRequest`. What it throws is a failure after which the batch comes again. */
  take(request: Uint8Array): Promise<Outcome>
  /** Resolves when what goes on behind accepted batches is done, or the time is over. */
  finish?(timeoutMs: number): Promise<void>
}

/** What a handler works with. */
export type BatchThread<Data> = {
  data: Data
  /** Tells the operator of a problem. */
  say(code: string, message: string): void
}

/**
 * Serves the batches of a destination in a worker thread that {@link createThreadSender} started: call it once, in the
 * thread's own file. `open` may take its time; what it throws is the answer to every batch.
 */
export function serveBatches<Data>(open: (thread: BatchThread<Data>) => Promise<BatchHandlers>): void {
  const { port, cells, data } = workerData as ThreadStart
  const counts = new Int32Array(cells)
  const claim = (id: number): boolean => Atomics.compareExchange(counts, claimCellOf(id), 0, 1) === 0
  const post = (answer: ThreadAnswer): void => {
    port.postMessage(answer)
    Atomics.add(counts, countCell, 1)
    Atomics.notify(counts, countCell)
  }
  const opened = open({ data: data as Data, say: (code, message) => post({ code, message }) })
  opened.catch(() => {})
  port.on('message', async (order: ThreadOrder) => {
    post({ id: order.id, outcome: await answer(opened, order, claim) })
  })
}

async function answer(
  opened: Promise<BatchHandlers>,
  order: ThreadOrder,
  claim: (id: number) => boolean,
): Promise<Outcome> {
  try {
    const { take, finish } = await opened
    if ('request' in order)
      return claim(order.id) ? await take(order.request) : { kind: 'retry', reason: 'it was taken back' }
    await finish?.(order.finishMs)
    return { kind: 'accepted' }
  } catch (error) {
    return { kind: 'retry', reason: error instanceof Error ? error.message : String(error) }
  }
}
