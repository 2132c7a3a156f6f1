import { frameRequest } from '@clew/otlp'
import type { Batch } from '../batch.ts'
import type { SignalLane } from '../signal-lane.ts'
import type { FlushJob } from './flush-order.ts'
import { exchangeSync } from './socket-flush.ts'
import { sendFromWorker } from './worker-flush.ts'

/** `away`: the receiver asked to come later. */
type Rest = { lane: SignalLane; batches: Batch[]; away: boolean }

/**
 * Delivers everything that was not acknowledged, or stores it: over the open connection (plain HTTP), from a worker,
 * into the spool, each taking what the one before left.
 */
export function flushSync(
  lanes: readonly SignalLane[],
  mode: 'flush' | 'spool',
  remainingMs: () => number,
): void {
  const rests = lanes.map((lane) => ({ lane, batches: lane.loop.takeBack(), away: false }))
  const sendable = rests.filter(({ lane, batches }) => batches.length > 0 && isWorthTrying(lane, mode))
  for (const rest of sendable) sendOverSocket(rest, remainingMs)
  const unsent = sendable.filter(({ batches, away }) => batches.length > 0 && !away)
  if (unsent.length > 0 && remainingMs() > 0) sendByWorker(unsent, remainingMs)
  for (const { lane, batches } of rests) lane.keep(batches)
}

/** A receiver that was away a moment ago would only use up the time, if there is a spool. */
export function isWorthTrying({ loop, spool }: SignalLane, mode: 'flush' | 'spool'): boolean {
  return spool?.accepts() !== true || (mode === 'flush' && !loop.isFailing())
}

/** Takes what was answered out of the rest. */
function sendOverSocket(rest: Rest, remainingMs: () => number): void {
  const { batches, lane } = rest
  const { spare, endpoint, signal, loop } = lane
  for (let batch = batches[0]; batch !== undefined; batch = batches[0]) {
    const fd = spare?.fd()
    if (fd === undefined) return
    const outcome = exchangeSync(fd, endpoint, signal, frameRequest(batch.resource, batch.parts), remainingMs)
    if (outcome === undefined) {
      spare?.close()
      return
    }
    if (outcome.kind === 'retry') {
      rest.away = true
      return
    }
    batches.splice(0, 1, ...loop.conclude(batch, outcome))
  }
}

/** Takes what was delivered out of the rests. */
function sendByWorker(rests: readonly Rest[], remainingMs: () => number): void {
  const jobs: FlushJob[] = rests.map(({ lane, batches }) => ({
    endpoint: lane.endpoint,
    signal: lane.signal,
    requests: batches.map((batch) => frameRequest(batch.resource, batch.parts)),
  }))
  const outcomes = sendFromWorker(jobs, remainingMs)
  let at = 0
  for (const rest of rests) {
    rest.batches = rest.batches.filter((batch) => {
      const outcome = outcomes[at++]
      if (outcome === undefined) return true
      rest.lane.loop.conclude(batch, outcome)
      return false
    })
  }
}
