import { durationBounds } from '@clew/otlp/metrics-text'
import type { Batch } from '../records/batch.ts'
import { monotonicMs } from '../timers.ts'
import type { Outcome } from '../wire/outcome.ts'

/** How long operations took, by upper bounds in seconds; the last count is of what took longer. */
export type Durations = { sumSeconds: number; counts: number[] }

/**
 * Counts what is sent as OpenTelemetry does: an operation begins with the first attempt to send a batch and ends with its last, however
 * many there are. https://opentelemetry.io/docs/specs/semconv/otel/sdk-metrics/
 */
export class Operations {
  /** Records whose sending began; those of the spool are not among them. */
  begun = 0
  /** Records that nobody took, by the type of error. */
  readonly failed: Record<string, number> = {}
  /** By the type of error, which is empty where there was none. */
  readonly durations: Record<string, Durations> = {}
  readonly #running = new Map<Batch, number>()

  begin(batch: Batch): void {
    if (this.#running.has(batch)) return
    this.#running.set(batch, monotonicMs())
    if (!batch.fromSpool) this.begun += batch.count
  }

  /** The halves of a batch that was too large go on with it. */
  split(batch: Batch, halves: readonly Batch[]): void {
    const since = this.#running.get(batch) ?? monotonicMs()
    this.#running.delete(batch)
    for (const half of halves) this.#running.set(half, since)
  }

  /** `lost`: of its records. */
  end(batch: Batch, outcome: Outcome, lost: number): void {
    this.begin(batch)
    const error = errorTypeOf(outcome, lost)
    if (lost > 0) this.failed[error] = (this.failed[error] ?? 0) + lost
    const durations = this.durations[error] ?? {
      sumSeconds: 0,
      counts: durationBounds.map(() => 0).concat(0),
    }
    this.durations[error] = durations
    const seconds = (monotonicMs() - this.#running.get(batch)!) / 1000
    const bucket = durationBounds.findIndex((bound) => seconds <= bound)
    durations.sumSeconds += seconds
    durations.counts[bucket === -1 ? durationBounds.length : bucket]!++
    this.#running.delete(batch)
  }

  /** It will not be sent from memory: the disk has it, or nobody. */
  leave(batch: Batch): void {
    this.#running.delete(batch)
  }

  /** Records that are being sent, those among them that wait for the next attempt; and of these the ones that are not out of the spool. */
  inflight(): { all: number; own: number } {
    let [all, own] = [0, 0]
    for (const { count, fromSpool } of this.#running.keys()) {
      all += count
      if (!fromSpool) own += count
    }
    return { all, own }
  }
}

/** `HTTP 400` is 400, `gRPC INVALID_ARGUMENT` is INVALID_ARGUMENT. Empty where the receiver took all. */
function errorTypeOf(outcome: Outcome, lost: number): string {
  if (outcome.kind === 'refused') return outcome.status.replace(/^(HTTP|gRPC) /, '').replace(/\W+/g, '_')
  if (outcome.kind === 'too-large') return 'too_large'
  return lost > 0 ? 'rejected' : ''
}
