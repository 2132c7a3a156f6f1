import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { Batch } from '../records/batch.ts'
import { clearTimeout, setTimeout } from '../timers.ts'
import type { Outcome } from '../wire/outcome.ts'
import { cellBytes, claimCellOf, countCell } from './thread-cells.ts'
import type { ThreadAnswer, ThreadOrder, ThreadStart } from './thread-side.ts'

/** A thread that does not answer for so long is ended, and made anew for the next batch. */
const answerTimeoutMs = 60_000

type Order = { request: Uint8Array<ArrayBuffer> } | { finishMs: number }

/** Something that a thread was asked for. `answered` never rejects. */
export type Asked = {
  id: number
  batch: Batch | undefined
  outcome: Outcome | undefined
  answered: Promise<Outcome>
}

type ThreadSay = (code: string, message: string) => void

type Waiting = { asked: Asked; settle: (outcome: Outcome) => void }

type Options = { file: URL; data: unknown; say: ThreadSay }

/** A worker thread that takes batches, seen from the application's thread. It lives until `end`, or until it fails. */
export class SendingThread {
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #counts: Int32Array
  readonly #waiting = new Map<number, Waiting>()
  readonly #onEnd: () => void
  readonly #say: ThreadSay
  #nextId = 1
  #hasEnded = false
  #hasMore = false

  /** Throws when no thread may be started. */
  constructor({ file, data, say }: Options, onEnd: () => void) {
    const { port1, port2 } = new MessageChannel()
    const cells = new SharedArrayBuffer(cellBytes)
    const start: ThreadStart = { port: port2, cells, data }
    this.#worker = startUnseen(file, start)
    this.#port = port1
    this.#counts = new Int32Array(cells)
    this.#onEnd = onEnd
    this.#say = say
    port1.on('message', (answer: ThreadAnswer) => this.#hear(answer))
    port1.unref()
    this.#worker.on('error', (error) => this.end(error.message))
    this.#worker.on('exit', () => this.end('the thread ended'))
    this.#worker.unref()
  }

  ask(order: Order, batch?: Batch): Asked {
    const id = this.#nextId++
    let resolve!: (outcome: Outcome) => void
    const answered = new Promise<Outcome>((settled) => {
      resolve = settled
    })
    const asked: Asked = { id, batch, outcome: undefined, answered }
    const timer = setTimeout(() => this.end(`no answer in ${answerTimeoutMs} ms`), answerTimeoutMs).unref()
    const settle = (outcome: Outcome): void => {
      clearTimeout(timer)
      asked.outcome = outcome
      resolve(outcome)
    }
    this.#waiting.set(id, { asked, settle })
    this.#hasMore = 'request' in order
    Atomics.store(this.#counts, claimCellOf(id), 0)
    const message: ThreadOrder = { id, ...order }
    this.#port.postMessage(message, 'request' in order ? [order.request.buffer] : [])
    return asked
  }

  /** Whether it took something since it was last asked to finish. */
  hasMore(): boolean {
    return this.#hasMore
  }

  askedFor(batch: Batch): Asked | undefined {
    for (const { asked } of this.#waiting.values()) if (asked.batch === batch) return asked
    return undefined
  }

  /** Whether the thread had not begun with it, and now never will. */
  takeBack({ id }: Asked): boolean {
    return Atomics.compareExchange(this.#counts, claimCellOf(id), 0, 1) === 0
  }

  /** Waits while the event loop stands still. Undefined when no answer came in time. */
  waitSync(asked: Asked, remainingMs: () => number): Outcome | undefined {
    for (;;) {
      const count = Atomics.load(this.#counts, countCell)
      this.#catchUp()
      const waitMs = remainingMs()
      if (asked.outcome !== undefined || waitMs <= 0) return asked.outcome
      Atomics.wait(this.#counts, countCell, count, waitMs)
    }
  }

  /** Ends the thread: what it did not answer is to be tried again. */
  end(reason: string): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#onEnd()
    this.#catchUp()
    this.#port.close()
    void this.#worker.terminate()
    for (const { settle } of this.#waiting.values()) settle({ kind: 'retry', reason })
    this.#waiting.clear()
  }

  /** Messages that the event loop has not come to. */
  #catchUp(): void {
    for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port))
      this.#hear(next.message as ThreadAnswer)
  }

  #hear(answer: ThreadAnswer): void {
    if ('code' in answer) {
      this.#say(answer.code, answer.message)
      return
    }
    this.#waiting.get(answer.id)?.settle(answer.outcome)
    this.#waiting.delete(answer.id)
  }
}

/**
 * Without `execArgv` and NODE_OPTIONS the thread loads no preload of the application. What it prints goes nowhere, and nobody who
 * listens to `process.on('worker')` hears of it.
 */
function startUnseen(file: URL, start: ThreadStart): Worker {
  const { NODE_OPTIONS: _, ...env } = process.env
  const own = Object.getOwnPropertyDescriptor(process, 'emit')
  let worker: Worker | undefined
  // Node emits it in a tick that the constructor asks for: between these two.
  process.nextTick(() => {
    const native = process.emit as (this: NodeJS.Process, ...args: unknown[]) => boolean
    const emit = function (this: NodeJS.Process, ...args: unknown[]): boolean {
      return args[0] === 'worker' && args[1] === worker ? false : native.apply(this, args)
    }
    Object.defineProperty(process, 'emit', { value: emit, writable: true, configurable: true })
  })
  try {
    worker = new Worker(file, {
      ...{ workerData: start, transferList: [start.port], execArgv: [], env },
      ...{ stdout: true, stderr: true },
    })
    return worker
  } finally {
    process.nextTick(() => {
      if (own === undefined) delete (process as { emit?: unknown }).emit
      else Object.defineProperty(process, 'emit', own)
    })
  }
}
