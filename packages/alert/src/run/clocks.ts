import { type AlertRecord, maxAheadMs } from '../engine/record.ts'
import type { StoredCell, WindowStore } from '../store/store.ts'

/** No record counts further ahead than half of it, and no clock stays as far behind: what is ahead by more, jumped. */
const jumpMs: number = 2 * maxAheadMs
/** Lines of a span may come after it. */
const spansAheadMs = 60_000

/** The newest time of each partition that this process reads, and the least of all, which others' are known of after a commit. */
export class Clocks {
  readonly #store: WindowStore
  readonly #onJump: (partition: string, toMs: number, byMs: number) => void
  readonly all: Map<string, number> = new Map()
  /** Since a clock was set back: cells may be of a time that did not come yet. */
  readonly setBacks: Set<string> = new Set()
  hasJumped = false
  lowMs: number | undefined

  /** `onJump`: the clock of a partition was by so many milliseconds ahead of what it is now. */
  constructor(store: WindowStore, onJump: (partition: string, toMs: number, byMs: number) => void) {
    this.#store = store
    this.#onJump = onJump
  }

  async low(): Promise<number> {
    this.lowMs ??= await this.#store.low()
    return this.lowMs
  }

  /** What a clock comes to that is at least this, by the wall's. */
  follow(partition: string, leastMs: number): number {
    const clockMs = this.all.get(partition) ?? 0
    // What was stored may be of a process before this one.
    const aheadMs = Math.max(clockMs, this.lowMs ?? 0) - leastMs
    if (this.#store.isShared || aheadMs <= jumpMs) return Math.max(clockMs, leastMs)
    this.setBacks.add(partition)
    this.hasJumped = true
    this.lowMs = leastMs
    this.#onJump(partition, leastMs, aheadMs)
    return leastMs
  }

  /** The low when a record of the partition comes; it moves its clock. What others' partitions do is known after a commit. */
  async lowOf(partition: string): Promise<(record: AlertRecord, leastMs?: number) => number> {
    await this.low()
    const least = Math.min(...[...this.all].flatMap(([name, ms]) => (name === partition ? [] : [ms])))
    return ({ unixMs, span }, leastMs) => {
      const knownMs = leastMs === undefined ? (this.all.get(partition) ?? 0) : this.follow(partition, leastMs)
      const clockMs = Math.max(knownMs, span === undefined ? unixMs : unixMs - spansAheadMs)
      this.all.set(partition, clockMs)
      return this.#store.isShared ? (this.lowMs ?? 0) : Math.min(least, clockMs)
    }
  }

  /** The clock of a partition must not say that records were judged which were not: those of others would be late. */
  putBack(partition: string, clockMs: number | undefined): void {
    if (clockMs === undefined) this.all.delete(partition)
    else this.all.set(partition, clockMs)
  }

  /** They belong to a state that is gone. */
  forget(): void {
    for (const partition of this.all.keys()) this.all.set(partition, 0)
    this.lowMs = undefined
  }

  /** A cell of a time that did not come yet begins anew. */
  stateOf(known: StoredCell | undefined, nowMs: number): StoredCell['state'] | undefined {
    const isAhead =
      this.hasJumped && known && Math.max(known.state.lookedMs, known.state.newestMs) > nowMs + jumpMs
    return isAhead ? undefined : known?.state
  }
}
