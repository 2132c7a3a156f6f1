import type { Alert } from '../alert.ts'
import { type Grouping, Groups } from './grouping.ts'
import type { Lane, LaneHost } from './lane.ts'
import { newJob } from './waiting.ts'

/** What was not sent when the notifier was closed. */
export type Unsent = { channel: string; alerts: readonly Alert[] }

/** Where alerts of one channel wait for others of their group, before they go to its lane. */
export class Stop {
  readonly lane: Lane
  readonly #groups = new Groups()
  readonly #now: LaneHost['now']
  readonly #after: LaneHost['after']
  #cancelTimer = (): void => {}

  constructor(lane: Lane, now: LaneHost['now'], after: LaneHost['after']) {
    this.lane = lane
    this.#now = now
    this.#after = after
  }

  push(grouping: Grouping | undefined, alert: Alert): void {
    if (!grouping) {
      this.lane.push(newJob({ alerts: [alert] }, this.#now(), []))
      return
    }
    this.#groups.add(grouping, alert, this.#now())
    this.#flush(this.#now())
  }

  async drain(): Promise<void> {
    this.#flush(Number.POSITIVE_INFINITY)
    await this.lane.drain()
  }

  takeAll(): Unsent[] {
    return this.lane
      .takeAll()
      .flatMap(({ notice: { alerts, trouble } }) =>
        trouble === undefined ? [{ channel: this.lane.channel.name, alerts }] : [],
      )
  }

  #flush(nowMs: number): void {
    this.#cancelTimer()
    for (const alerts of this.#groups.takeDue(nowMs)) this.lane.push(newJob({ alerts }, this.#now(), []))
    const dueMs = this.#groups.nextDueMs()
    if (dueMs !== undefined)
      this.#cancelTimer = this.#after(dueMs - this.#now(), () => this.#flush(this.#now()))
  }
}
