import type { Worker } from 'node:worker_threads'
import type { MetricPage, MetricSeries } from '../../api/index.ts'
import { maxSeries } from '../schema/limits.ts'
import { deskEnds, type StoreErrorCode, storeError } from '../schema/store-error.ts'
import { type FromMetrics, startThread, type ToMetrics } from './thread.ts'

/** Bytes of requests that may wait before senders are asked to come back later. */
const maxWaitingBytes = 32 * 1024 * 1024
/** Of the thread's heap: series within their limits need 80, a request of 20 MiB the rest. */
const heapMb = 768

type Asked = { bytes: number; resolve(value: object): void; reject(error: Error): void }

const nothing: MetricPage = { metrics: [], series: 0, maxSeries, points: 0, notKept: 0 }

/**
 * The thread that keeps metrics, as the main thread sees it: it begins with the first request. One that fails, such as for want of
 * memory, begins anew with the next, without what was kept.
 */
export class MetricsClient {
  readonly #report: (message: string) => void
  readonly #asked = new Map<number, Asked>()
  #waitingBytes = 0
  #nextId = 1
  #thread: Worker | undefined
  #isClosed = false

  constructor(report: (message: string) => void) {
    this.#report = report
  }

  /** An ExportMetricsServiceRequest, whose bytes are gone for the caller. Rejects with a StoreError. */
  async add(encoding: 'protobuf' | 'json', bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.#isClosed) throw deskEnds()
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes.length > maxWaitingBytes)
      throw storeError('busy', `${this.#waitingBytes} bytes of metrics wait; come back later`)
    this.#thread ??= this.#start()
    const { length } = bytes
    await this.#ask((id) => ({ kind: 'add', id, encoding, bytes }), length, [bytes.buffer])
  }

  async page(): Promise<MetricPage> {
    if (this.#thread === undefined) return nothing
    return (await this.#ask((id) => ({ kind: 'ask', id, metric: undefined }))) as MetricPage
  }

  async series(metric: string): Promise<MetricSeries> {
    if (this.#thread === undefined) throw storeError('not-found', 'no metrics came since the desk started')
    return (await this.#ask((id) => ({ kind: 'ask', id, metric }))) as MetricSeries
  }

  /** Forgets all. */
  async clear(): Promise<void> {
    const thread = this.#thread
    this.#thread = undefined
    this.#rejectAll(storeError('busy', 'all is deleted; send it again'))
    await thread?.terminate()
  }

  close(): Promise<void> {
    this.#isClosed = true
    return this.clear()
  }

  #ask(question: (id: number) => ToMetrics, bytes = 0, transfer: ArrayBuffer[] = []): Promise<object> {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++
      this.#asked.set(id, { bytes, resolve, reject })
      this.#waitingBytes += bytes
      this.#thread!.postMessage(question(id), transfer)
    })
  }

  #start(): Worker {
    const thread = startThread('metrics-thread', { resourceLimits: { maxOldGenerationSizeMb: heapMb } })
    thread.on('message', (message: FromMetrics) => this.#hear(message))
    thread.on('error', (error) => {
      if (this.#thread !== thread) return
      this.#thread = undefined
      this.#report(`the thread of metrics failed (${error.message}); it begins anew, without what it kept`)
      // What it could not read would not be read a second time either.
      this.#rejectAll(
        storeError('too-large', `metrics could not be read (${error.message}); send less at once`),
      )
    })
    return thread
  }

  #hear(message: FromMetrics): void {
    const asked = this.#asked.get(message.id)
    if (asked === undefined) return
    this.#asked.delete(message.id)
    this.#waitingBytes -= asked.bytes
    if (message.kind === 'answer') asked.resolve(message.value)
    else asked.reject(storeError(message.code as StoreErrorCode, message.message))
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#asked.values()) reject(error)
    this.#asked.clear()
    this.#waitingBytes = 0
  }
}
