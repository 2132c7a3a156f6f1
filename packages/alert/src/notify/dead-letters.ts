import { createHash } from 'node:crypto'
import type { Alert } from '../alert.ts'
import type { Channel, Notice } from '../channels/channel.ts'
import type { LaneHost } from './lane.ts'
import type { Stop } from './stop.ts'
import { type Job, newJob } from './waiting.ts'

/** A notice that a channel did not take. */
export type DeadLetter = {
  channel: string
  notice: Notice
  /** In English, without addresses and secrets. */
  reason: string
  /** The channel that gets it now; undefined: nobody is told. */
  fallback: string | undefined
}

type DeadLettersHost = Pick<LaneHost, 'now' | 'unixMs' | 'report'> & { onDead(letter: DeadLetter): void }

const quietMs = 3_600_000

/** What becomes of notices that channels do not take: their fallback gets them, and once an hour a word about the channel. */
export class DeadLetters {
  readonly #stops: ReadonlyMap<string, Stop>
  readonly #host: DeadLettersHost
  readonly #toldMs = new Map<string, number>()

  constructor(stops: ReadonlyMap<string, Stop>, host: DeadLettersHost) {
    this.#stops = stops
    this.#host = host
  }

  bury({ name, fallback = '' }: Channel, { notice, refusedBy: before }: Job, reason: string): void {
    const refusedBy = [...before, name]
    const next = refusedBy.includes(fallback) ? undefined : this.#stops.get(fallback)
    const { now, report, onDead } = this.#host
    report(`channel ${name} fails: ${reason}${next ? `; ${fallback} gets what it did not take` : ''}`)
    if (notice.trouble === undefined) onDead({ channel: name, notice, reason, fallback: next && fallback })
    if (!next) return
    this.#tell(name, next, reason)
    next.lane.push(newJob(notice, now(), refusedBy))
  }

  #tell(name: string, next: Stop, reason: string): void {
    const nowMs = this.#host.now()
    if (nowMs - (this.#toldMs.get(name) ?? Number.NEGATIVE_INFINITY) < quietMs) return
    this.#toldMs.set(name, nowMs)
    const trouble = `channel ${name} fails: ${reason}`
    next.lane.push(newJob({ alerts: [troubleAlert(name, this.#host.unixMs())], trouble }, nowMs, [name]))
  }
}

/** What a notice about a channel has in place of an alert of a rule. */
function troubleAlert(channel: string, nowMs: number): Alert {
  return {
    id: createHash('sha256').update(`channel ${channel} ${nowMs}`).digest('hex').slice(0, 16),
    rule: `channel ${channel}`,
    severity: 'error',
    state: 'firing',
    atUnixMs: nowMs,
    sinceUnixMs: nowMs,
    times: 1,
    group: {},
    observation: { type: 'any', value: 1, limit: 1, windowMs: 0 },
    lines: [],
    description: '',
    runbook: '',
    notify: [],
  }
}
