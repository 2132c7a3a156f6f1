import { type Batch, frameBatch } from '../batch.ts'
import { compressSync } from '../export/compress.ts'
import type { Outcome } from '../export/outcome.ts'
import type { WireRequest } from '../export/wire.ts'
import type { SignalLane } from '../signal-lane.ts'
import { exchangeSync } from './socket-flush.ts'
import { sendFromWorker } from './worker-flush.ts'

/** What a lane has not got rid of. `away`: the receiver asked to come later. */
type Rest = { lane: SignalLane; batches: Batch[]; away: boolean }

/**
 * Delivers everything that was not acknowledged, or stores it: by the answers to what is on the wire and over the open
 * connection (plain HTTP), from a worker, into the spool, each taking what the one before left.
 */
export function flushSync(
  lanes: readonly SignalLane[],
  mode: 'flush' | 'spool',
  remainingMs: () => number,
): void {
  const rests: Rest[] = lanes.map((lane) => ({ lane, batches: lane.loop.takeBack(), away: false }))
  readAnswers(rests, mode, remainingMs)
  const sendable = rests.filter(
    ({ lane, batches, away }) => batches.length > 0 && !away && isWorthTrying(lane, mode),
  )
  for (const rest of sendable) sendOverSocket(rest, remainingMs)
  const unsent = sendable.filter(({ batches, away }) => batches.length > 0 && !away)
  if (unsent.length > 0 && remainingMs() > 0) sendByWorker(unsent, remainingMs)
  for (const { lane, batches } of rests) lane.keep(batches)
}

/** A receiver that was away a moment ago would only use up the time, if there is a spool. */
export function isWorthTrying({ loop, spool }: SignalLane, mode: 'flush' | 'spool'): boolean {
  return spool?.accepts() !== true || (mode === 'flush' && !loop.isFailing())
}

/**
 * What is on the wire would arrive twice if it were sent again. Half of the time is for its answers, the other half for
 * sending what stays without one.
 */
function readAnswers(rests: readonly Rest[], mode: 'flush' | 'spool', remainingMs: () => number): void {
  let keptMs: number | undefined
  // Asked only where an answer is missing: the first question starts the time of the end.
  const halfMs = (): number => {
    keptMs ??= remainingMs() / 2
    return remainingMs() - keptMs
  }
  for (const rest of rests) {
    const { loop } = rest.lane
    const waitMs = isWorthTrying(rest.lane, mode) ? halfMs : () => 0
    rest.batches = rest.batches.flatMap((batch) => concludeBy(loop.answerSync(batch, waitMs), batch, rest))
  }
}

/** Takes what was answered out of the rest. */
function sendOverSocket(rest: Rest, remainingMs: () => number): void {
  const { batches, lane } = rest
  const url = new URL(lane.endpoint.url)
  for (let batch = batches[0]; batch !== undefined; batch = batches[0]) {
    const fd = lane.spare?.fd()
    if (fd === undefined) return
    const answer = exchangeSync(fd, url, wireRequest(lane, batch), remainingMs)
    if (answer === undefined) {
      lane.spare?.close()
      return
    }
    batches.splice(0, 1, ...concludeBy(lane.codec.outcome(answer), batch, rest))
    if (rest.away) return
  }
}

/** Takes what was answered out of the rests. */
function sendByWorker(rests: readonly Rest[], remainingMs: () => number): void {
  const jobs = rests.map(({ lane, batches }) => ({
    endpoint: { ...lane.endpoint, timeoutMs: remainingMs() },
    requests: batches.map((batch) => wireRequest(lane, batch)),
  }))
  const answers = sendFromWorker(jobs, remainingMs)
  let at = 0
  for (const rest of rests) {
    const { codec } = rest.lane
    rest.batches = rest.batches.flatMap((batch) => {
      const answer = answers[at++]
      return concludeBy(answer === undefined ? undefined : codec.outcome(answer), batch, rest)
    })
  }
}

/** Returns what is left of the batch. */
function concludeBy(outcome: Outcome | undefined, batch: Batch, rest: Rest): Batch[] {
  if (outcome === undefined) return [batch]
  if (outcome.kind !== 'retry') return rest.lane.loop.conclude(batch, outcome)
  rest.away = true
  return [batch]
}

function wireRequest({ codec }: SignalLane, batch: Batch): WireRequest {
  const pieces = codec.pieces(frameBatch(batch))
  return codec.request(compressSync(Buffer.concat(pieces), codec.compression))
}
