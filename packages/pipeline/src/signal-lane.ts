import type { Batch, Signal } from './batch.ts'
import type { WriterPool } from './chunk.ts'
import { createSpareSocket, type SpareSocket } from './exit/spare-socket.ts'
import { createCodec } from './export/codec.ts'
import { Health } from './export/health.ts'
import { ExportLoop } from './export/loop.ts'
import { createSender } from './export/sender.ts'
import type { Codec } from './export/wire.ts'
import type { MemoryBudget } from './memory-budget.ts'
import type { Endpoint } from './pipeline.ts'
import type { Problems } from './problems.ts'
import { ByteQueue } from './queue.ts'
import type { Journal } from './spool/journal.ts'
import type { Spool } from './spool/spool.ts'
import type { RecordMirror } from './threads/record-mirror.ts'

export type LaneOptions = {
  signal: Signal
  endpoint: Endpoint
  resource: Buffer
  budget: MemoryBudget
  pool: WriterPool
  spool: Spool | undefined
  /** Only for whole requests: records that are encoded here come too often for a write each. */
  journal: Journal | undefined
  /** Only in worker threads. */
  mirror: RecordMirror | undefined
  /** Whether to keep a connection ready for the end of the process. */
  keepsSpare: boolean
  scheduleDelayMs: number
  problems: Problems
  now: () => number
  random: () => number
  runHidden: <T>(work: () => T) => T
}

/** One signal on its way to one endpoint. */
export class SignalLane {
  readonly signal: Signal
  readonly endpoint: Endpoint
  readonly codec: Codec
  readonly queue: ByteQueue
  readonly loop: ExportLoop
  readonly spool: Spool | undefined
  readonly spare: SpareSocket | undefined
  readonly #options: LaneOptions
  #wakesSoon = false
  #closed = false

  constructor(options: LaneOptions) {
    const { signal, endpoint, resource, budget, pool, mirror, problems, now, random, runHidden, spool } =
      options
    this.#options = options
    this.signal = signal
    this.endpoint = endpoint
    this.spool = spool
    this.codec = createCodec(endpoint, signal)
    this.spare = options.keepsSpare ? createSpareSocket(endpoint) : undefined
    const queue = new ByteQueue({
      ...{ signal, resource, budget, pool, mirror },
      overflow: (batch) => this.#spoolOrDrop(batch, 'full'),
      canOverflow: () => !this.#closed && spool?.accepts() === true,
      onFirst: () => this.#wakeLater(),
      onSealed: () => this.#wakeSoon(),
      onDropped: () => this.#sayFull(),
    })
    const waitingRecords = (): number => queue.waitingRecords()
    const health = new Health({
      signal,
      url: endpoint.url,
      counters: queue.counters,
      waitingRecords,
      problems,
      now,
    })
    const sender = createSender(endpoint, this.codec)
    const takeSpooled = (): Batch | undefined => (budget.used < budget.max / 2 ? spool?.take() : undefined)
    this.queue = queue
    this.loop = new ExportLoop({ queue, sender, health, takeSpooled, now, random, runHidden })
  }

  /** Takes in a whole request of so many records; false when neither memory nor disk has room for it. */
  pass(request: Buffer, count: number): boolean {
    if (this.#closed) return false
    const { budget, journal } = this.#options
    const { queue, spool } = this
    const batch = queue.batchOf(request, count)
    if (budget.used === 0 || budget.used + batch.bytes <= budget.max) {
      const release = journal?.append(batch)
      queue.add(release === undefined ? batch : { ...batch, journaled: true, release })
    } else if (spool?.append(batch) === true) {
      queue.counters.accepted += count
      queue.counters.spooled += count
    } else {
      this.#sayRefusing()
      return false
    }
    this.#wakeSoon()
    return true
  }

  /** Takes over the spool of ended processes, and says that this one lives. */
  beat(): void {
    this.spool?.claim()
    this.#options.journal?.beat()
    this.loop.wake(false)
  }

  /** Puts batches that can not be sent any more into the spool, and counts what finds no room as dropped. */
  keep(batches: readonly Batch[]): void {
    for (const batch of batches) {
      if (batch.journaled) {
        this.queue.counters.spooled += batch.count
        continue
      }
      this.#spoolOrDrop(batch, 'ended')
      this.queue.settle(batch)
    }
  }

  /** Ends the connections. What was not acknowledged goes to the spool, what still comes is dropped. */
  close(): void {
    this.keep(this.loop.close())
    this.#closed = true
    this.spare?.close()
    this.#options.mirror?.close()
    this.#options.journal?.leave()
    this.spool?.leave()
  }

  /** A chunk is full: send it in this turn's end, outside of the log call. */
  #wakeSoon(): void {
    if (this.#wakesSoon) return
    this.#wakesSoon = true
    const wake = (): void => {
      this.#wakesSoon = false
      this.loop.wake(false)
    }
    this.#options.runHidden(() => setImmediate(wake).unref())
  }

  #wakeLater(): void {
    const wake = (): void => {
      this.queue.armed = false
      this.loop.wake(true)
    }
    this.#options.runHidden(() => {
      if (!this.loop.isFailing()) this.spare?.open()
      setTimeout(wake, this.#options.scheduleDelayMs).unref()
    })
  }

  #spoolOrDrop(batch: Batch, why: 'full' | 'ended'): void {
    const { counters } = this.queue
    if (this.spool?.append(batch)) {
      counters.spooled += batch.count
      return
    }
    counters.dropped += batch.count
    if (why === 'full') this.#sayFull()
    else this.#sayLost(batch.count)
  }

  #sayFull(): void {
    if (this.#closed) return
    const { problems, budget } = this.#options
    problems.say('CLEW_QUEUE_FULL', this.signal, () => {
      const { dropped } = this.queue.counters
      return `${budget.max} bytes of records wait for ${this.endpoint.url} and the disk takes none: ${dropped} ${this.signal} records dropped so far, the newest go first. ${this.#spoolRemedy()}`
    })
  }

  #sayRefusing(): void {
    const { problems, budget } = this.#options
    problems.say(
      'CLEW_QUEUE_FULL',
      this.signal,
      () =>
        `${budget.used} bytes of ${this.signal} wait for ${this.endpoint.url} and the disk takes no more: senders are told to come back later. Look after that receiver, or give another ${problems.settingNames.endpoint}`,
    )
  }

  #sayLost(count: number): void {
    this.#options.problems.say(
      'CLEW_RECORDS_LOST',
      this.signal,
      () =>
        `the process ends before ${count} ${this.signal} records could reach ${this.endpoint.url}. ${this.#spoolRemedy()}`,
    )
  }

  #spoolRemedy(): string {
    return this.spool === undefined
      ? `Set ${this.#options.problems.settingNames.spoolDirectory} to keep such records on disk`
      : 'Raise CLEW_MAX_SPOOL_BYTES'
  }
}
