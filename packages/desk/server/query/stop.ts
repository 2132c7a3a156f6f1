import type { DatabaseSync } from 'node:sqlite'
import { isStoreError, storeError } from '../schema/store-error.ts'

/** After so much work a query ends with what it has, and after so long in any case: a busy machine may give it a part of its time. */
const workMs = 5000
export const timeoutMs = 15_000

/**
 * Ends the query that runs when its time is over or nobody waits for it any more. SQLite has no hand for that in node:sqlite, but
 * a function of ours that throws ends the statement that called it: see {@link logsGoOn}.
 */
export type Stop = {
  /** A query begins. */
  begin(): void
  /** Throws a StoreError `timeout` or `cancelled`. `us`: the time of the row that is looked at. */
  check(us: number): void
  /** Of the last check. */
  lastUs: number
}

/** Milliseconds of the day and of this thread's work, both from any beginning. Before Node.js 23.9 no thread knows its own. */
export type QueryClock = { wallMs(): number; workMs(): number }

const clock: QueryClock = {
  wallMs: () => performance.now(),
  workMs() {
    const used = process.threadCpuUsage?.()
    return used === undefined ? performance.now() : (used.user + used.system) / 1000
  },
}

/** `isCancelled` is asked of the query that runs. */
export function createStop(isCancelled: () => boolean, { wallMs, workMs: worked }: QueryClock = clock): Stop {
  let beganMs = Number.POSITIVE_INFINITY
  let workedMs = 0
  return {
    lastUs: Number.MAX_SAFE_INTEGER,
    begin() {
      beganMs = wallMs()
      workedMs = worked()
    },
    check(us) {
      this.lastUs = us
      if (isCancelled()) throw cancelled()
      const tookMs = wallMs() - beganMs
      if (tookMs > timeoutMs) throw tooSlow()
      if (tookMs > workMs && worked() - workedMs > workMs) throw tooSlow(workMs)
    },
  }
}

export const cancelled = (): Error => storeError('cancelled', 'nobody waits for this query any more')
export const tooSlow = (ms: number = timeoutMs): Error =>
  storeError('timeout', `the query took longer than ${ms / 1000} s; narrow the time or the search`)

/** Whether an error says that the time of a query is over. */
export function hasRunOut(error: unknown): boolean {
  return isStoreError(error) && error.code === 'timeout'
}

/** Does a part of a query; when time runs out there, the error says how far the query has come. */
export function untilTimeIsOver<T>(work: () => T, soFar: string): T {
  try {
    return work()
  } catch (error) {
    throw hasRunOut(error) ? storeError('timeout', `${(error as Error).message} (${soFar})`) : error
  }
}

/** Adds `go_on(us)` to a connection. */
export function defineGoOn(database: DatabaseSync, stop: Stop): void {
  database.function('go_on', (us) => {
    stop.check(Number(us))
    return 1
  })
}

/** First among the conditions of a statement that may look at many lines: asks of every 64th whether to go on. */
export const logsGoOn = '((log.id & 63) <> 0 OR go_on(log.us))'
/** The same of chains, each of which costs more. */
export const chainsGoOn = '((chain.id & 15) <> 0 OR go_on(chain.us))'
/** The same of spans. */
export const spansGoOn = '((span.id & 63) <> 0 OR go_on(span.us))'
/** The same of counts, which a statement calls `counts`: their rows have no id, and are told apart by `key` besides. */
export const countsGoOn = (key: string): string =>
  `(((counts.bucket * 31 + counts.resource * 17 + counts.${key} * 7) & 15) <> 0 OR go_on(0))`
