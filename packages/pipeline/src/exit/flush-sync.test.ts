import { expect, test } from 'vitest'
import type { SignalLane } from '../export/lane.ts'
import type { Batch } from '../records/batch.ts'
import type { Outcome } from '../wire/outcome.ts'
import { flushSync } from './flush-sync.ts'

const batch: Batch = {
  ...{ signal: 'logs', id: 1, count: 4096, bytes: 448 * 1024, fromSpool: false },
  ...{ request: Buffer.alloc(0), release() {} },
}

type Costs = { request: number; answer: number | undefined; append: number }

/** One end of a process with more in its queue than any time is enough for, on a clock that only work moves, and `passedMs` before it. */
function end(
  length: number,
  costs: Costs,
  hasSpool: boolean,
  passedMs = 0,
): { tookMs: number; sent: number; kept: number; lost: number } {
  const seen = { tookMs: passedMs, sent: 0, kept: 0, lost: 0 }
  const request = (): void => {
    seen.tookMs += costs.request
  }
  const keep = (batches: Batch[], _why: string, hasTime: () => boolean): void => {
    for (const _ of batches) {
      if (hasSpool && hasTime()) {
        seen.tookMs += costs.append
        seen.kept++
      } else seen.lost++
    }
  }
  const lane = {
    loop: {
      takeBack: () => Array(length).fill(batch),
      whyAway: () => undefined,
      answerSync: () => undefined,
      weigh: (_batch: Batch, outcome: Outcome) => outcome,
      conclude(): Batch[] {
        seen.sent++
        return []
      },
    },
    sender: {
      target: {},
      requestSync: request,
      sendSync(): Outcome | undefined {
        if (costs.answer === undefined) return undefined
        request()
        seen.tookMs += costs.answer
        return { kind: 'accepted' }
      },
    },
    spool: hasSpool ? { room: () => 'free' } : undefined,
    keep,
    sayLosses() {},
  }
  const remainingMs = (moreMs = 0): number => Math.max(0, 1800 + moreMs - seen.tookMs)
  flushSync([lane as unknown as SignalLane], 'flush', remainingMs)
  return seen
}

const quick = { request: 8, answer: 1, append: 1 }
const json = { request: 40, answer: 5, append: 1 }
const byWorker = { request: 8, answer: undefined, append: 1 }

test.for([
  ['64 MiB over the connection', 150, quick, true],
  ['64 MiB in JSON', 150, json, true],
  ['64 MiB for a worker', 150, byWorker, true],
  ['64 MiB for a worker, without a spool', 150, byWorker, false],
  ['1 GiB over the connection, without a spool', 2400, quick, false],
  ['1 GiB in JSON, without a spool', 2400, json, false],
] as const)('no queue is too long for the time of the end: %s', ([, length, costs, hasSpool]) => {
  const { tookMs, sent, kept, lost } = end(length, costs, hasSpool)
  expect({ isLate: tookMs > 1800 + (hasSpool ? 0 : costs.request), all: sent + kept + lost }).toEqual({
    ...{ isLate: false, all: length },
  })
  expect(costs.answer === undefined || sent > 20).toBe(true)
})

test('a spool that is too slow gets a second more, and the rest is told as lost', () => {
  const { tookMs, kept, lost } = end(2400, { ...byWorker, append: 10 }, true)
  expect(tookMs).toBeLessThanOrEqual(1800 + 1000 + 10)
  expect([kept > 100, kept + lost]).toEqual([true, 2400])
})

test.for([2_000, 3_000, 60_000])(
  'what the machine did not let run for %i ms is kept all the same, as far as a disk takes it in 250 ms',
  (passedMs) => {
    expect(end(20, byWorker, true, passedMs)).toEqual({ tookMs: passedMs + 20, sent: 0, kept: 20, lost: 0 })
    const { tookMs, kept, lost } = end(2400, { ...byWorker, append: 10 }, true, passedMs)
    expect(tookMs).toBeLessThanOrEqual(Math.max(2800, passedMs + 250) + 10)
    expect([kept >= 25, kept + lost]).toEqual([true, 2400])
  },
)
