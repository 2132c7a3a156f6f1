import type { Alert } from '../alert.ts'
import { type Firing, judge, type Policy, type Verdict } from './policy.ts'

const maxKnown = 10_000

/** Judges alerts one after another, and remembers what fires and what was held back; of each the last ten thousand. */
export class Verdicts {
  readonly #firing = new Map<string, Firing>()
  readonly #held = new Map<string, Verdict>()

  /** What the policy says; the end of an alert that was held back is held back as well. */
  judge(policy: Policy, alert: Alert, nowMs: number): Verdict {
    const verdict = judge(policy, alert, nowMs, this.#firing.values())
    if (alert.state === 'resolved') {
      const before = this.#held.get(alert.id)
      this.#firing.delete(alert.id)
      this.#held.delete(alert.id)
      return before ?? verdict
    }
    const { id, rule, severity, group } = alert
    remember(this.#firing, id, { id, rule, severity, group })
    if (verdict.reason === 'fired') this.#held.delete(id)
    else remember(this.#held, id, verdict)
    return verdict
  }
}

function remember<T>(known: Map<string, T>, id: string, value: T): void {
  known.delete(id)
  known.set(id, value)
  if (known.size > maxKnown) known.delete(known.keys().next().value!)
}
