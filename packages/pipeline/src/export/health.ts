import type { SettingNames, SignalCounters } from '../pipeline.ts'
import type { Problems } from '../problems.ts'
import type { Batch, Signal } from '../records/batch.ts'
import type { Outcome } from '../wire/outcome.ts'

export type HealthOptions = {
  signal: Signal
  url: string
  counters: SignalCounters
  waitingRecords: () => number
  problems: Problems
  now: () => number
}

/** Tells the operator how an endpoint does: its first failure, a summary each minute, its recovery, what it refused. */
export class Health {
  readonly #options: HealthOptions
  #failingSince: number | undefined

  constructor(options: HealthOptions) {
    this.#options = options
  }

  failed(reason: string): void {
    const { now, url, signal, problems } = this.#options
    const since = this.#failingSince
    this.#failingSince ??= now()
    problems.say('CLEW_EXPORT_FAILED', signal, () =>
      since === undefined
        ? `cannot send ${signal} to ${url}: ${reason}; they wait and are sent again. ${remedy(reason, problems.settingNames)}`
        : `still cannot send ${signal} to ${url} after ${this.#secondsSince(since)} s: ${reason}; ${this.#counts()}`,
    )
  }

  answered(): void {
    const { url, signal, problems } = this.#options
    const since = this.#failingSince
    if (since === undefined) return
    this.#failingSince = undefined
    problems.sayOver(
      'CLEW_EXPORT_FAILED',
      signal,
      'CLEW_EXPORT_RECOVERED',
      `sending ${signal} to ${url} again after ${this.#secondsSince(since)} s; ${this.#counts()}`,
    )
  }

  /** What the receiver thought of a batch that will not be sent again. */
  judged(batch: Batch, outcome: Outcome): void {
    const { problems, url, signal } = this.#options
    if (outcome.kind === 'refused') {
      const { status, message } = outcome
      problems.say('CLEW_EXPORT_REFUSED', `${signal} ${status}`, () => {
        const said = message === '' ? '' : ` (${message})`
        return `${url} refused ${batch.count} ${signal} records with ${status}${said}; they are gone. ${remedy(status, problems.settingNames)}`
      })
    } else if (outcome.kind === 'partial') {
      const { rejected, message } = outcome
      problems.say(
        'CLEW_EXPORT_PARTIAL',
        signal,
        () => `${url} rejected ${rejected} of ${batch.count} ${signal} records: ${message}`,
      )
    } else if (outcome.kind === 'too-large') {
      problems.say(
        'CLEW_RECORD_TOO_LARGE',
        signal,
        () =>
          `${url} takes no request as large as one record of ${'request' in batch ? batch.request.length : batch.bytes} bytes; it is gone. Raise the receiver's limit or lower OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`,
      )
    }
  }

  #counts(): string {
    const { delivered, rejected, dropped, spooled } = this.#options.counters
    return `${this.#options.waitingRecords()} records wait, ${spooled} spooled, ${delivered} delivered, ${rejected} rejected, ${dropped} dropped`
  }

  #secondsSince(ms: number): number {
    return Math.round((this.#options.now() - ms) / 1000)
  }
}

/** What usually helps against a failure of that name. */
function remedy(failure: string, { endpoint, headers, protocol, certificate }: SettingNames): string {
  if (/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH/.test(failure))
    return `Start the receiver or set ${endpoint}`
  if (/certificate|self-signed|CERT_|unable to verify/i.test(failure))
    return `Set ${certificate} to the CA of the receiver`
  if (/ 40[13]\b|UNAUTHENTICATED|PERMISSION_DENIED/.test(failure))
    return `Check the credentials in ${headers}`
  if (/ 40[45]\b|UNIMPLEMENTED/.test(failure)) return `Check the path of ${endpoint} and ${protocol}`
  if (/ 415\b/.test(failure)) return `Set ${protocol} to what the receiver takes`
  if (/ 400\b|INVALID_ARGUMENT/.test(failure))
    return 'Check that the address is an OTLP receiver of this signal'
  if (/ 3\d\d\b/.test(failure)) return `Redirects are not followed: set ${endpoint} to the final address`
  return `Check the receiver and ${endpoint}`
}
