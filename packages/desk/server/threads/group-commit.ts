/** What is done with a request after the commit that holds it, or after its failure. */
export type Settle = (error: unknown) => void

export type GroupCommitOptions = {
  /** Writes what was added since the last commit; what it throws goes to every request of the group. */
  commit: () => void
  maxRecords: number
  /** Milliseconds between commits while requests keep coming. */
  pauseMs: number
  /** Milliseconds that never go back. */
  nowMs: () => number
}

/**
 * Many requests share one commit: it comes when `maxRecords` are waiting, else as soon as no more requests are at the
 * door, but not more often than every `pauseMs`.
 */
export type GroupCommit = {
  added(records: number, settle: Settle): void
  /** Gives an error to everything that waits: the transaction is gone. */
  fail(error: unknown): void
  /** Commits now. */
  flush(): void
}

export function createGroupCommit({ commit, maxRecords, pauseMs, nowMs }: GroupCommitOptions): GroupCommit {
  let waiting: Settle[] = []
  let records = 0
  let lastMs = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let isScheduled = false

  const settleAll = (error: unknown): void => {
    const settled = waiting
    waiting = []
    records = 0
    for (const settle of settled) settle(error)
  }
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length === 0) return
    lastMs = nowMs()
    try {
      commit()
      settleAll(undefined)
    } catch (error) {
      settleAll(error)
    }
  }
  // setImmediate comes after the messages that are already at the port.
  const whenIdle = (): void => {
    isScheduled = false
    const pauseLeftMs = lastMs + pauseMs - nowMs()
    if (pauseLeftMs <= 0) flush()
    else timer ??= setTimeout(flush, pauseLeftMs)
  }

  return {
    added(count, settle) {
      waiting.push(settle)
      records += count
      if (records >= maxRecords) return flush()
      if (isScheduled || timer !== undefined) return
      isScheduled = true
      setImmediate(whenIdle)
    },
    fail: settleAll,
    flush,
  }
}
