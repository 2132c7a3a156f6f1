import type { Answer, Channel, Notice, Outcome, Request } from '../channels/channel.ts'
import type { Post } from '../channels/post.ts'
import type { Budget, Permit } from './budget.ts'
import { isCritical, type Job, Waiting } from './waiting.ts'

/** What a lane needs of the notifier. */
export type LaneHost = {
  budget: Budget
  post: Post
  desk: string | undefined
  /** Milliseconds that never go back. */
  now(): number
  /** For the channel's signature and the reader. */
  unixMs(): number
  /** From 0 to 1, without 1. */
  random(): number
  /** Runs something later; gives what prevents it. */
  after(ms: number, run: () => void): () => void
  onSent(notice: Notice): void
  onDead(job: Job, reason: string): void
  onAttempt(came: Outcome['kind'] | 'budget', tookMs: number): void
  report(message: string): void
}

/** How long a notice is tried. */
export const giveUpMs: number = 15 * 60_000
const maxShrinks = 4
/** Whatever a peer says, it is not asked more often. */
const leastWaitMs = 1_000

/** 1, 2, 4 … 60 seconds for 0, 1, 2 … failures, and up to a quarter more by chance, so that processes do not come together. */
export function backOffMs(failures: number, random: () => number): number {
  return Math.min(60_000, 1_000 * 2 ** failures) * (1 + random() / 4)
}

/** One channel's notices, sent one after another. */
export class Lane {
  readonly channel: Channel
  readonly #host: LaneHost
  readonly #waiting = new Waiting()
  #current: Job | undefined
  #turn = Promise.resolve()
  #isBusy = false
  #isDraining = false
  #cancelTimer = (): void => {}
  #restUntilMs = 0
  /** Only the common part of the budget is used up: what is critical need not rest. */
  #isReserveOpen = false
  #failures = 0

  constructor(channel: Channel, host: LaneHost) {
    this.channel = channel
    this.#host = host
  }

  push(job: Job): void {
    const dropped = this.#waiting.push(job)
    if (dropped.length > 0)
      this.#host.onDead({ ...job, notice: { alerts: dropped } }, 'too many alerts wait for it')
    this.#wake()
  }

  /** Tries what waits once more, until something has to wait again; then sends no more. */
  async drain(): Promise<void> {
    this.#isDraining = true
    await this.#turn
    this.#wake()
    await this.#turn
  }

  /** When nothing is under way. */
  settled(): Promise<void> {
    return this.#turn
  }

  /** What was not sent. */
  takeAll(): Job[] {
    // What was put back is the current one, too.
    return [...new Set([...(this.#current ? [this.#current] : []), ...this.#waiting.takeAll()])]
  }

  #wake(): void {
    if (this.#isBusy) return
    this.#isBusy = true
    this.#turn = this.#work()
  }

  async #work(): Promise<void> {
    this.#cancelTimer()
    try {
      while (!this.#isResting()) {
        this.#current = this.#waiting.next()
        if (!this.#current || !(await this.#attemptSafely(this.#current))) return
        this.#current = undefined
      }
    } finally {
      this.#isBusy = false
    }
  }

  #isResting(): boolean {
    const waitMs = this.#restUntilMs - this.#host.now()
    if (waitMs <= 0 || this.#isDraining || (this.#isReserveOpen && this.#waiting.hasCritical())) return false
    this.#cancelTimer = this.#host.after(waitMs, () => this.#wake())
    return true
  }

  /** False: nothing more goes now, and nothing wakes the lane. */
  async #attemptSafely(job: Job): Promise<boolean> {
    try {
      return await this.#attempt(job)
    } catch (error) {
      return this.#giveUp(
        job,
        `it could not be written: ${error instanceof Error ? error.message : 'unknown'}`,
      )
    }
  }

  async #attempt(job: Job): Promise<boolean> {
    const { channel } = this
    const { now, unixMs, desk, post, onSent, onAttempt } = this.#host
    const requests = channel.render(job.notice, { nowMs: unixMs(), desk, shrinks: job.shrinks })
    while (job.done < requests.length) {
      const permit = await this.#takePermit(job)
      if (permit.kind === 'wait') {
        onAttempt('budget', 0)
        return this.#putOff(job, permit.untilMs, permit.reason, !isCritical(job))
      }
      const beganMs = now()
      const outcome = channel.classify(await deliver(channel, requests[job.done]!, post))
      onAttempt(outcome.kind, now() - beganMs)
      if (outcome.kind !== 'ok') return this.#handle(job, outcome)
      this.#failures = 0
      job.done++
    }
    onSent(job.notice)
    return true
  }

  async #takePermit(job: Job): Promise<Permit> {
    const { budget, now, report } = this.#host
    try {
      return await budget.take(this.channel, now(), isCritical(job) ? 'critical' : 'warning')
    } catch {
      // Then the bot's own answer limits it.
      report(`channel ${this.channel.name}: its budget cannot be asked, so it is not held to`)
      return { kind: 'ok' }
    }
  }

  async #handle(job: Job, outcome: Exclude<Outcome, { kind: 'ok' }>): Promise<boolean> {
    const { kind, reason } = outcome
    if (kind === 'shrink' && job.shrinks < maxShrinks) {
      job.shrinks++
      this.#waiting.putBack(job)
      return true
    }
    if (kind !== 'retry' || (outcome.isOnce && job.wasRetried)) return this.#giveUp(job, reason)
    job.wasRetried ||= outcome.isOnce === true
    const { now, random } = this.#host
    const waitMs = Math.max(leastWaitMs, outcome.afterMs ?? backOffMs(this.#failures++, random))
    if (outcome.pausesBot) await this.#pauseBot(waitMs)
    return this.#putOff(job, now() + waitMs, reason, false)
  }

  async #pauseBot(waitMs: number): Promise<void> {
    const { budget, now, report } = this.#host
    try {
      await budget.pause(this.channel.bot, now(), waitMs)
    } catch {
      report(`channel ${this.channel.name}: other processes could not be told that its bot must rest`)
    }
  }

  #putOff(job: Job, untilMs: number, reason: string, isReserveOpen: boolean): boolean {
    if (untilMs > job.sinceMs + giveUpMs && !this.#isDraining) return this.#giveUp(job, reason)
    this.#waiting.putBack(job)
    this.#restUntilMs = untilMs
    this.#isReserveOpen = isReserveOpen
    return !this.#isDraining
  }

  #giveUp(job: Job, reason: string): true {
    this.#host.onDead(job, reason)
    return true
  }
}

function deliver(channel: Channel, request: Request, post: Post): Promise<Answer> {
  return channel.deliver ? channel.deliver(request) : post(request)
}
