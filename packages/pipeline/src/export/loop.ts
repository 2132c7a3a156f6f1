import { type Batch, splitBatch } from '../records/batch.ts'
import type { ByteQueue } from '../records/queue.ts'
import { clearTimeout, setTimeout } from '../timers.ts'
import { concurrentExports } from '../wire/exchange.ts'
import { backoffMs, isUnauthorized, type Outcome } from '../wire/outcome.ts'
import type { Health } from './health.ts'
import { Operations } from './operations.ts'
import type { Sender } from './sender.ts'

export type ExportLoopOptions = {
  queue: ByteQueue
  sender: Sender
  health: Health
  /** The next batch of the spool, when there is one and memory has room for it. */
  takeSpooled: () => Batch | undefined
  /** Sends one request at a time, in the order in which records came. */
  keepsOrder: boolean
  /** Whether records lie on disk that go before those that are being filled in memory. */
  isBehind: () => boolean
  /** Whether what the receiver refuses for the credentials has a disk to wait on until those are repaired. */
  keepsUnauthorized: boolean
  now: () => number
  random: () => number
  runHidden: <T>(work: () => T) => T
}

/** At half a minute each: a quarter of an hour and more. */
const mostFailures = 40

type Waiter = { upToId: number; untilFailure: boolean; resolve: () => void }

/** Sends a queue's batches to one endpoint, at most four at a time, until each is acknowledged or refused. */
export class ExportLoop {
  readonly operations: Operations = new Operations()
  readonly #options: ExportLoopOptions
  readonly #inFlight = new Set<Batch>()
  readonly #waiters: Waiter[] = []
  readonly #spoolWaiters: (() => void)[] = []
  /** How many answers of success there had been when a batch was refused for the credentials. */
  readonly #unauthorized = new WeakMap<Batch, number>()
  /** How often batches failed that keep their place. */
  readonly #failed = new WeakMap<Batch, number>()
  #successes = 0
  #due = false
  #failures = 0
  #lastFailure = ''
  #resumeAt = 0
  #resumeTimer: NodeJS.Timeout | undefined
  #retryAfterGiven = false
  #closed = false
  #leavesSpool = false

  constructor(options: ExportLoopOptions) {
    this.#options = options
  }

  /** Sends what is ready, and with `due` what is still being filled. */
  wake(due: boolean): void {
    if (due) this.#due = true
    this.#options.runHidden(() => this.#pump())
  }

  /** The last attempt failed, so the receiver is away as far as we know. */
  isFailing(): boolean {
    return this.#failures > 0
  }

  /** Why the receiver is away as far as we know; undefined when it answers. */
  whyAway(): string | undefined {
    return this.isFailing() ? this.#lastFailure : undefined
  }

  /** Whether records in memory are not yet acknowledged. */
  holdsRecords(): boolean {
    for (const batch of this.#inFlight) if (!batch.fromSpool) return true
    return this.#options.queue.holdsRecords()
  }

  /** Resolves when everything taken in until now is acknowledged, refused or spooled, or, if asked to, at a failure. */
  settled(untilFailure = false): Promise<void> {
    const upToId = this.#options.queue.seal()
    // A receiver that asked for time gets it; otherwise somebody waits, so ask again at once.
    if (!this.#retryAfterGiven) this.#resumeAt = 0
    this.wake(true)
    return new Promise((resolve) => {
      this.#waiters.push({ upToId, untilFailure, resolve })
      this.#answerWaiters(false)
    })
  }

  /** Resolves when the spool has nothing more to send, or at a failure. */
  spoolSent(): Promise<void> {
    this.wake(false)
    return new Promise((resolve) => {
      this.#spoolWaiters.push(resolve)
      this.#answerSpoolWaiters()
    })
  }

  /** Sends no more of the spool. Resolves when what is on the wire is answered. */
  leaveSpool(): Promise<void> {
    this.#leavesSpool = true
    return this.spoolSent()
  }

  /** Takes back everything in memory that was not acknowledged, also what is on the wire. */
  takeBack(): Batch[] {
    const onWire = [...this.#inFlight].filter((batch) => !batch.fromSpool)
    for (const batch of onWire) this.#inFlight.delete(batch)
    return [...onWire, ...this.#options.queue.takeAll()]
  }

  /** What became of a batch that was taken back from the wire, if the answer comes in time. */
  answerSync(batch: Batch, remainingMs: () => number): Outcome | undefined {
    return this.#options.sender.answerSync(batch, remainingMs)
  }

  /**
   * What an answer means here. Refused for the credentials is kept as if the receiver was away, unless it took other
   * batches meanwhile: then it is not about the credentials.
   */
  weigh(batch: Batch, outcome: Outcome): Outcome {
    if (outcome.kind === 'accepted' || outcome.kind === 'partial') this.#successes++
    if (!this.#options.keepsUnauthorized || !isUnauthorized(outcome)) return outcome
    const before = this.#unauthorized.get(batch)
    if (before !== undefined && this.#successes > before) return outcome
    this.#unauthorized.set(batch, this.#successes)
    const { status, message } = outcome
    return { kind: 'retry', reason: message === '' ? status : `${status} (${message})` }
  }

  /** Ends a batch by an answer that is not to retry. Returns the halves of one that was too large. */
  conclude(batch: Batch, outcome: Outcome): Batch[] {
    const halves = outcome.kind === 'too-large' ? splitBatch(batch) : undefined
    if (halves !== undefined) {
      this.#options.queue.replace(batch, halves)
      this.operations.split(batch, halves)
      return halves
    }
    this.#count(batch, outcome)
    this.#options.queue.settle(batch)
    return []
  }

  /** Stops sending. Returns what was not acknowledged. */
  close(): Batch[] {
    this.#closed = true
    clearTimeout(this.#resumeTimer)
    const rest = this.takeBack()
    for (const batch of this.#inFlight) this.operations.leave(batch)
    this.#inFlight.clear()
    this.#options.sender.close()
    this.#answerWaiters(false)
    return rest
  }

  #allowed(): number {
    if (this.#closed) return 0
    if (this.#failures === 0) return this.#options.keepsOrder ? 1 : concurrentExports
    return this.#options.now() >= this.#resumeAt ? 1 : 0
  }

  #pump(): void {
    while (this.#inFlight.size < this.#allowed()) {
      const own = this.#options.queue.take(this.#due)
      if (this.#isNothingDue(own)) this.#due = false
      const batch = own ?? this.#nextSpooled()
      if (batch === undefined) return
      this.#send(batch).catch(() => {})
    }
  }

  /** Whether what was being filled when it was due has gone. */
  #isNothingDue(own: Batch | undefined): boolean {
    const { queue, isBehind } = this.#options
    return (own === undefined || !queue.isFilling()) && !isBehind()
  }

  /** One at a time: what is in memory has no second place. */
  #nextSpooled(): Batch | undefined {
    if (this.#leavesSpool || this.#hasSpooledInFlight()) return undefined
    return this.#options.takeSpooled()
  }

  #hasSpooledInFlight(): boolean {
    for (const batch of this.#inFlight) if (batch.fromSpool) return true
    return false
  }

  async #send(batch: Batch): Promise<void> {
    this.#inFlight.add(batch)
    this.operations.begin(batch)
    const failuresBefore = this.#failures
    const answer = await this.#options.sender.send(batch)
    // Given up meanwhile: somebody else has the batch.
    if (!this.#inFlight.delete(batch)) return
    const outcome = this.weigh(batch, answer)
    this.#settle(batch, outcome, failuresBefore)
    this.#answerWaiters(outcome.kind === 'retry')
    this.#pump()
    this.#answerSpoolWaiters()
  }

  #settle(batch: Batch, outcome: Outcome, failuresBefore: number): void {
    const { queue, health } = this.#options
    if (outcome.kind === 'retry') {
      queue.putBack(batch, this.#keepsPlace(batch))
      // Requests that were on the wire together fail together: that is one failure.
      if (this.#failures === failuresBefore) this.#stayAway(outcome)
      return
    }
    this.#failures = 0
    this.#retryAfterGiven = false
    const halves = this.conclude(batch, outcome)
    const { keepsOrder } = this.#options
    for (const half of keepsOrder ? halves.reverse() : halves) queue.putBack(half, keepsOrder)
    health.answered()
  }

  /** A batch that fails for so long may be what ails the receiver: from then on others are tried as well. */
  #keepsPlace(batch: Batch): boolean {
    if (!this.#options.keepsOrder) return false
    const failed = (this.#failed.get(batch) ?? 0) + 1
    this.#failed.set(batch, failed)
    return failed < mostFailures
  }

  #count(batch: Batch, outcome: Outcome): void {
    const { queue, health } = this.#options
    const taken = takenOf(batch, outcome)
    if (batch.fromSpool) {
      queue.counters.replayed += taken
      queue.replayRejected += batch.count - taken
    } else {
      queue.counters.delivered += taken
      queue.counters.rejected += batch.count - taken
    }
    this.operations.end(batch, outcome, batch.count - taken)
    health.judged(batch, outcome, batch.count - taken)
  }

  #stayAway(outcome: Outcome & { kind: 'retry' }): void {
    const { now, random, health } = this.#options
    this.#failures++
    this.#retryAfterGiven = outcome.afterMs !== undefined
    const delayMs = backoffMs(this.#failures, outcome.afterMs, random)
    this.#resumeAt = now() + delayMs
    clearTimeout(this.#resumeTimer)
    this.#resumeTimer = setTimeout(() => {
      this.#resumeAt = 0
      this.#pump()
    }, delayMs).unref()
    this.#lastFailure = outcome.reason
    health.failed(outcome.reason)
  }

  #answerWaiters(failed: boolean): void {
    for (let at = this.#waiters.length - 1; at >= 0; at--) {
      const waiter = this.#waiters[at]
      if (waiter === undefined || (!(failed && waiter.untilFailure) && this.#holdsUpTo(waiter.upToId)))
        continue
      this.#waiters.splice(at, 1)
      waiter.resolve()
    }
  }

  #answerSpoolWaiters(): void {
    if (this.#hasSpooledInFlight() && !this.isFailing()) return
    for (const resolve of this.#spoolWaiters.splice(0)) resolve()
  }

  #holdsUpTo(id: number): boolean {
    for (const batch of this.#inFlight) if (batch.id <= id) return true
    return this.#options.queue.holdsUpTo(id)
  }
}

/** How many records of a batch arrived; a receiver may say that it rejected fewer than none, or more than there were. */
function takenOf({ count }: Batch, outcome: Outcome): number {
  if (outcome.kind === 'accepted') return count
  if (outcome.kind !== 'partial') return 0
  return count - Math.min(count, Math.max(0, Math.trunc(outcome.rejected)))
}
