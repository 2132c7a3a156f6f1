import type { SignalCounters } from '../pipeline.ts'
import type { Problems } from '../problems.ts'
import type { Batch, Signal } from '../records/batch.ts'
import type { Outcome } from '../wire/outcome.ts'
import type { Losses } from './losses.ts'
import { remedyOf as usualRemedy } from './remedies.ts'
import type { Wording } from './wording.ts'

export type HealthOptions = {
  /** Of the lane. */
  name: string
  signal: Signal
  remedyOf: ((failure: string) => string | undefined) | undefined
  wording: Wording
  counters: SignalCounters
  losses: Losses
  problems: Problems
  now: () => number
}

/** Tells the operator how an endpoint does: its first failure, a summary each minute, its recovery, what it refused. */
export class Health {
  readonly #options: HealthOptions
  #failingSince: number | undefined
  #reason = ''

  constructor(options: HealthOptions) {
    this.#options = options
  }

  failed(why: string): void {
    const { now, wording, name, signal, problems } = this.#options
    const reason = wording.repeat(why)
    const since = this.#failingSince
    this.#failingSince ??= now()
    this.#reason = reason
    problems.say('CLEW_EXPORT_FAILED', name, () =>
      since === undefined
        ? `cannot send ${signal} to ${wording.address}: ${reason}; they wait and are sent again. ${this.#remedy(why)}`
        : `still cannot send ${signal} to ${wording.address} after ${this.#secondsSince(since)} s: ${reason}${this.#counts()}`,
    )
  }

  /** Since when nothing could be sent, in Unix milliseconds, and why; undefined when all is well as far as we know. */
  failing(): { sinceUnixMs: number; reason: string } | undefined {
    return this.#failingSince === undefined
      ? undefined
      : { sinceUnixMs: this.#failingSince, reason: this.#reason }
  }

  answered(): void {
    const { wording, name, signal, problems } = this.#options
    const since = this.#failingSince
    if (since === undefined) return
    this.#failingSince = undefined
    problems.sayOver(
      'CLEW_EXPORT_FAILED',
      name,
      'CLEW_EXPORT_RECOVERED',
      `sending ${signal} to ${wording.address} again after ${this.#secondsSince(since)} s${this.#counts()}`,
    )
  }

  /** What the receiver thought of a batch that will not be sent again. `lost`: of its records. */
  judged(batch: Batch, outcome: Outcome, lost: number): void {
    const { problems, wording, name, signal } = this.#options
    if (outcome.kind === 'refused') {
      const { status, message } = outcome
      const help = (): string => this.#remedy(`${status} ${message}`)
      this.#lose(batch, lost, status, help)
      problems.say('CLEW_EXPORT_REFUSED', `${name} ${status}`, () => {
        const said = message === '' ? '' : ` (${wording.repeat(message)})`
        return `${wording.address} refused ${batch.count} ${signal} records with ${status}${said}; they are gone. ${help()}`
      })
    } else if (outcome.kind === 'partial') {
      const { rejected, message } = outcome
      this.#lose(batch, lost, 'partial success', () => 'Look into the log of the receiver')
      const claim = rejected === lost ? '' : ` (it says ${rejected})`
      problems.say('CLEW_EXPORT_PARTIAL', name, () => {
        const judgement = lost === 0 ? 'took' : `rejected ${lost} of`
        const said = message === '' ? '' : `: ${wording.repeat(message)}`
        return `${wording.address} ${judgement} ${batch.count} ${signal} records${claim}${said}`
      })
    } else if (outcome.kind === 'too-large') {
      const help = "Raise the receiver's limit or lower OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"
      this.#lose(batch, lost, 'too large', () => help)
      problems.say(
        'CLEW_RECORD_TOO_LARGE',
        name,
        () =>
          `${wording.address} takes no request as large as one record of ${'request' in batch ? batch.request.length : batch.bytes} bytes; it is gone. ${help}`,
      )
    }
  }

  #remedy(failure: string): string {
    const { remedyOf, problems } = this.#options
    return remedyOf?.(failure) ?? usualRemedy(failure, problems.settingNames)
  }

  #lose({ fromSpool }: Batch, count: number, reason: string, help: () => string): void {
    this.#options.losses.addRefused(count, fromSpool ? `${reason}, out of the spool` : reason, help)
  }

  /** What waits may be on the wire, so it is what is left of all; nothing is said of what there is none of. */
  #counts(): string {
    const { accepted, delivered, rejected, dropped, spooled, replayed } = this.#options.counters
    const counts = {
      wait: accepted - delivered - rejected - dropped - spooled,
      delivered,
      rejected,
      dropped,
      spooled,
      'sent out of the spool': replayed,
    }
    const some = Object.entries(counts).filter(([, count]) => count > 0)
    return some.length === 0 ? '' : `; records: ${some.map(([what, count]) => `${count} ${what}`).join(', ')}`
  }

  #secondsSince(ms: number): number {
    return Math.round((this.#options.now() - ms) / 1000)
  }
}
