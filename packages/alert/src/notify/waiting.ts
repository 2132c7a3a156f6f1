import type { Alert } from '../alert.ts'
import type { Notice } from '../channels/channel.ts'

/** A notice on its way to one channel. */
export type Job = {
  notice: Notice
  /** When it came here; after 15 minutes it is given up. */
  sinceMs: number
  /** How many of its requests were taken. */
  done: number
  shrinks: number
  /** It had the one more try that some refusals allow. */
  wasRetried: boolean
  /** The channels that did not take it. */
  refusedBy: readonly string[]
}

/** So many are told one by one; more of them in one message. */
const maxSingle = 5
const maxWaiting = 100
const maxAlerts = 1_000

/** The notices that wait for one channel, the oldest first. */
export class Waiting {
  #jobs: Job[] = []

  /** Above a hundred they become one digest. Gives the alerts for which there is no place even there. */
  push(job: Job): readonly Alert[] {
    this.#jobs.push(job)
    if (this.#jobs.length <= maxWaiting) return []
    const { joined, left } = join(this.#jobs)
    if (!joined) return []
    const { alerts } = joined.notice
    this.#jobs = [...left, { ...joined, notice: { alerts: alerts.slice(0, maxAlerts).map(withLastLine) } }]
    return alerts.slice(maxAlerts)
  }

  /** What goes next: what is critical, else the oldest; under backlog all of them in one. */
  next(): Job | undefined {
    const critical = this.#jobs.filter(isCritical)
    if (critical.length > 0 && critical.length <= maxSingle) return this.#remove(critical[0]!)
    if (this.#jobs.length <= maxSingle) return this.#jobs.shift()
    const { joined, left } = join(this.#jobs)
    const isFirst = joined !== undefined && (isCritical(joined) || left.length === 0)
    // What cannot be joined is older, or has begun; but nothing goes before what is critical.
    const other = left.find(isCritical) ?? (isFirst ? undefined : left[0])
    if (other) return this.#remove(other)
    this.#jobs = left
    return joined
  }

  /** Back to the front: it could not go. */
  putBack(job: Job): void {
    this.#jobs.unshift(job)
  }

  hasCritical(): boolean {
    return this.#jobs.some(isCritical)
  }

  takeAll(): Job[] {
    return this.#jobs.splice(0)
  }

  #remove(job: Job): Job {
    this.#jobs = this.#jobs.filter((one) => one !== job)
    return job
  }
}

/** Whether it may use what is reserved. */
export function isCritical({ notice }: Job): boolean {
  return notice.alerts.some(({ severity }) => severity === 'critical')
}

/** One digest of all that has not begun to be sent; what has, and what tells of a channel, stays by itself. */
function join(jobs: readonly Job[]): { joined: Job | undefined; left: Job[] } {
  const fresh = jobs.filter(({ notice, done }) => done === 0 && notice.trouble === undefined)
  const left = jobs.filter((job) => !fresh.includes(job))
  const [first] = fresh
  if (!first) return { joined: undefined, left }
  return {
    joined: {
      ...first,
      notice: { alerts: fresh.flatMap(({ notice }) => notice.alerts) },
      // The oldest decides when it is given up, so that an outage ends at the fallback however many come in.
      sinceMs: Math.min(...fresh.map(({ sinceMs }) => sinceMs)),
      shrinks: 0,
      wasRetried: false,
      refusedBy: [...new Set(fresh.flatMap(({ refusedBy }) => refusedBy))],
    },
    left,
  }
}

/** A digest shows no lines, but the chain of the last one. */
function withLastLine(alert: Alert): Alert {
  return alert.lines.length > 1 ? { ...alert, lines: alert.lines.slice(-1) } : alert
}

/** A notice that comes to a channel. */
export function newJob(notice: Notice, sinceMs: number, refusedBy: readonly string[]): Job {
  return { notice, sinceMs, done: 0, shrinks: 0, wasRetried: false, refusedBy }
}
