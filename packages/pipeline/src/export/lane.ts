import type { Problems } from '../problems.ts'
import { type Batch, kept, type Signal } from '../records/batch.ts'
import { ByteQueue, type QueueOptions } from '../records/queue.ts'
import type { Journal } from '../spool/journal.ts'
import type { Spool, SpoolRefusal } from '../spool/spool.ts'
import { setImmediate, setTimeout } from '../timers.ts'
import { Health } from './health.ts'
import { ExportLoop } from './loop.ts'
import { Losses } from './losses.ts'
import type { Sender } from './sender.ts'
import { createWording, type Wording } from './wording.ts'

export type LaneOptions = Pick<QueueOptions, 'resource' | 'budget' | 'pool' | 'mirror'> & {
  /** What counters and other threads know it by: the signal, but for other destinations. */
  name: string
  /** What messages call the receiver, where that is not its address. */
  shownAs?: string
  sender: Sender
  spool: Spool | undefined
  /** Of whole requests, or of records from their log call on. */
  journal: Journal | undefined
  /** Undefined: what lies on disk is kept. */
  maxSpoolAgeMs: number | undefined
  /** Of records: one request at a time. */
  keepsOrder: boolean
  scheduleDelayMs: number
  problems: Problems
  now: () => number
  random: () => number
  runHidden: <T>(work: () => T) => T
}

/** Why the disk does not take what memory cannot keep. */
type Lack = 'no spool' | 'no time' | SpoolRefusal

/** One signal on its way to one target. */
export class SignalLane {
  readonly name: string
  readonly signal: Signal
  readonly queue: ByteQueue
  readonly sender: Sender
  readonly loop: ExportLoop
  readonly health: Health
  /** What messages call the receiver, where that is not its address. */
  readonly shownAs: string | undefined
  readonly spool: Spool | undefined
  readonly #losses = new Losses()
  readonly #options: LaneOptions
  readonly #wording: Wording
  #wakesSoon = false
  #closed = false

  constructor(options: LaneOptions) {
    const { name, sender, resource, budget, pool, mirror, problems, now, random, runHidden, spool } = options
    const { journal, keepsOrder } = options
    const { signal, remedyOf } = sender.receiver
    this.#wording = createWording(sender.receiver, problems.printAddress, options.shownAs)
    this.name = name
    this.shownAs = options.shownAs
    this.#options = options
    this.signal = signal
    this.spool = spool
    const queue = new ByteQueue({
      ...{ signal, lane: name, resource, budget, pool, mirror, journal },
      overflow: (batch) => this.#overflow(batch),
      canOverflow: () => !this.#closed && spool?.room() === 'free',
      onFirst: () => this.#wakeLater(),
      onSealed: () => this.#wakeSoon(),
      onDropped: () => this.#loseFull(1, this.#lack()),
    })
    const { counters } = queue
    const health = new Health({
      ...{ name, signal, remedyOf },
      wording: this.#wording,
      counters,
      losses: this.#losses,
      problems,
      now,
    })
    const takeSpooled = (): Batch | undefined =>
      budget.used < budget.max / 2 ? (spool?.take() ?? journal?.take()) : undefined
    this.queue = queue
    this.health = health
    this.sender = sender
    const keepsUnauthorized = spool !== undefined
    this.loop = new ExportLoop({
      ...{ queue, sender, health, takeSpooled, keepsUnauthorized, now, random, runHidden },
      keepsOrder,
      isBehind: () => journal?.isBehind() === true,
    })
  }

  /** Takes in a whole request of so many records. `full`: neither memory nor disk has room for it. */
  pass(request: Buffer, count: number): 'taken' | 'full' {
    if (this.#closed) return 'full'
    const { budget, journal } = this.#options
    const { queue, spool } = this
    const batch = queue.batchOf(request, count)
    if (budget.used === 0 || budget.used + batch.bytes <= budget.max) {
      const onDisk = journal?.append(batch)
      queue.add(onDisk === undefined ? batch : kept(batch, [onDisk]))
    } else if (spool?.append(batch) === 'stored') {
      queue.counters.accepted += count
      queue.counters.spooled += count
    } else {
      this.#sayRefusing()
      return 'full'
    }
    this.#wakeSoon()
    return 'taken'
  }

  /** Takes over the spool of ended processes, and says that this one lives. */
  beat(): void {
    this.spool?.claim()
    this.#options.journal?.beat()
    this.#dropOld()
    this.loop.wake(false)
  }

  /** Takes over what a worker thread of this process has left on disk. */
  takeOver(threadId: number): void {
    if (this.#options.journal === undefined) return
    this.spool?.claim(threadId)
    this.loop.wake(false)
  }

  /** Whether records lie on disk that are not in memory. */
  hasOnDisk(): boolean {
    return this.spool?.hasRecords() === true || this.#options.journal?.isBehind() === true
  }

  /** Puts batches that were not sent into the spool; what finds no room or time is dropped. `why` says what kept them. */
  keep(batches: readonly Batch[], why: string, hasTime: () => boolean = () => true): void {
    const said = this.#wording.repeat(why)
    for (const batch of batches) {
      this.loop.operations.leave(batch)
      if (this.queue.leave(batch)) continue
      const isInTime = this.spool === undefined || hasTime()
      const lack = isInTime ? this.#spoolOrDrop(batch) : this.#drop(batch, 'no time')
      if (lack !== undefined)
        this.#losses.addUnsent(batch.count, this.#reason(said, lack), () => this.#remedy(lack))
      this.queue.settle(batch)
    }
  }

  /** Says what was lost, if anything was since the last time: the process ends. */
  sayLosses(): void {
    const sum = this.#losses.sum(this.signal, this.#wording.address)
    if (sum !== undefined) this.#options.problems.sayAtOnce('CLEW_RECORDS_LOST', sum)
  }

  /** Ends the connections. What was not acknowledged goes to the spool, what still comes is dropped. */
  close(): void {
    this.keep(this.loop.close(), this.loop.whyAway() ?? 'the time is over')
    this.sayLosses()
    this.#closed = true
    this.leaveDisk()
    this.spool?.leave()
  }

  /** What the journal still has is for whoever comes next, at once: the process ends. */
  leaveDisk(): void {
    this.#options.journal?.close()
  }

  #dropOld(): void {
    const { maxSpoolAgeMs: ageMs, now, journal, problems } = this.#options
    if (ageMs === undefined) return
    const since = now() - ageMs
    const count = (this.spool?.dropOlder(since) ?? 0) + (journal?.dropOlder(since) ?? 0)
    if (count === 0) return
    this.queue.counters.expired += count
    const remedy = 'Bring the receiver back, or raise CLEW_MAX_SPOOL_AGE'
    this.#losses.addUnsent(count, 'they were too old', () => remedy)
    problems.sayAtOnce(
      'CLEW_SPOOL_EXPIRED',
      `${count} ${this.signal} records waited on disk for ${this.#wording.address} for longer than ${Math.round(ageMs / 1000)} s and are deleted. ${remedy}`,
    )
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
      if (!this.loop.isFailing()) this.sender.openSpare()
      setTimeout(wake, this.#options.scheduleDelayMs).unref()
    })
  }

  #overflow(batch: Batch): void {
    if (this.queue.leave(batch)) return
    const lack = this.#spoolOrDrop(batch)
    if (lack !== undefined) this.#loseFull(batch.count, lack)
    this.queue.settle(batch)
  }

  /** Undefined when the batch is in the spool, else why it was dropped. */
  #spoolOrDrop(batch: Batch): Lack | undefined {
    const { counters } = this.queue
    const stored = this.spool?.append(batch) ?? 'no spool'
    if (stored !== 'stored') return this.#drop(batch, stored)
    counters.spooled += batch.count
    return undefined
  }

  #drop(batch: Batch, lack: Lack): Lack {
    this.queue.counters.dropped += batch.count
    return lack
  }

  #lack(): Lack {
    const room = this.spool?.room() ?? 'no spool'
    return room === 'free' ? 'full' : room
  }

  /** Records that memory has no room for; they are counted as dropped already. */
  #loseFull(count: number, lack: Lack): void {
    if (this.#closed) {
      this.#losses.addUnsent(count, 'logged after the end', () => 'Log nothing after it')
      return
    }
    const why = lack === 'full' ? 'memory and the spool were full' : 'memory was full'
    this.#losses.addUnsent(count, this.#reason(why, lack), () => this.#remedy(lack))
    const { problems, budget } = this.#options
    problems.say('CLEW_QUEUE_FULL', this.name, () => {
      const { dropped } = this.queue.counters
      return `${budget.max} bytes of records wait for ${this.#wording.address} and the disk takes none: ${dropped} ${this.signal} records dropped so far, the newest go first. ${this.#remedy(lack)}`
    })
  }

  #sayRefusing(): void {
    const { problems, budget } = this.#options
    problems.say(
      'CLEW_QUEUE_FULL',
      this.name,
      () =>
        `${budget.used} bytes of ${this.signal} wait for ${this.#wording.address} and the disk takes no more: senders are told to come back later. Look after that receiver, or give another ${problems.settingNames.endpoint}`,
    )
  }

  /** Why records are lost that the disk did not take either. */
  #reason(why: string, lack: Lack): string {
    if (lack === 'no time') return `${why} and there was no time for the disk`
    const refusal = lack === 'unusable' ? this.spool?.refusal() : undefined
    return refusal?.isKnown ? `${why} and ${refusal.reason}` : why
  }

  #remedy(lack: Lack): string {
    if (this.signal === 'metrics') return 'Metrics are not kept on disk'
    const { spoolDirectory } = this.#options.problems.settingNames
    if (lack === 'no spool') return `Set ${spoolDirectory} to keep such records on disk`
    if (lack === 'no time') return `Set ${spoolDirectory} to a faster disk`
    if (lack === 'unusable')
      return this.spool?.refusal()?.remedy ?? `Set ${spoolDirectory} to a folder that can be written to`
    return 'Raise CLEW_MAX_SPOOL_BYTES'
  }
}
