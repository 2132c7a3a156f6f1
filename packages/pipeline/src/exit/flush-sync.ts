import type { SignalLane } from '../export/lane.ts'
import type { Batch } from '../records/batch.ts'
import type { Outcome } from '../wire/outcome.ts'
import { sendFromWorker } from './worker-flush.ts'

/** Where the last records of a lane go, and why; a reason to store them is what keeps them from the receiver. */
export type LastWay =
  | { to: 'receiver'; reason: 'no disk takes them' | 'it answers' }
  | { to: 'spool'; reason: string }

/** A receiver that was away a moment ago would only use up the time, if there is a spool. */
export function chooseLastWay({ loop, spool }: SignalLane, mode: 'flush' | 'spool'): LastWay {
  if (spool?.room() !== 'free') return { to: 'receiver', reason: 'no disk takes them' }
  const reason = mode === 'spool' ? 'exit is "spool"' : loop.whyAway()
  return reason === undefined ? { to: 'receiver', reason: 'it answers' } : { to: 'spool', reason }
}

/** What a lane has not got rid of. `away`: what the receiver said when it asked to come later. */
type Rest = { lane: SignalLane; way: LastWay; batches: Batch[]; away: string | undefined }

/**
 * Delivers everything that was not acknowledged, or stores it: by the answers to what is on the wire and over the open
 * connection (plain HTTP), from a worker, into the spool, each taking what the one before left.
 */
export function flushSync(
  lanes: readonly SignalLane[],
  mode: 'flush' | 'spool',
  remainingMs: () => number,
): void {
  const rests: Rest[] = lanes.map((lane) => {
    const batches = lane.loop.takeBack()
    return { lane, way: chooseLastWay(lane, mode), batches, away: undefined }
  })
  readAnswers(rests, remainingMs)
  for (const rest of rests) if (isSendable(rest)) sendOverSocket(rest, remainingMs)
  const unsent = rests.filter(isSendable)
  if (unsent.length > 0 && remainingMs() > 0) sendByWorker(unsent, remainingMs)
  for (const { lane, way, batches, away } of rests)
    lane.keep(batches, away ?? (way.to === 'spool' ? way.reason : 'no answer came in time'))
}

function isSendable({ batches, way, away }: Rest): boolean {
  return batches.length > 0 && way.to === 'receiver' && away === undefined
}

/**
 * What is on the wire would arrive twice if it were sent again. Half of the time is for its answers, the other half for
 * sending what stays without one.
 */
function readAnswers(rests: readonly Rest[], remainingMs: () => number): void {
  let keptMs: number | undefined
  // Asked only where an answer is missing: the first question starts the time of the end.
  const halfMs = (): number => {
    keptMs ??= remainingMs() / 2
    return remainingMs() - keptMs
  }
  for (const rest of rests) {
    const { loop } = rest.lane
    const waitMs = rest.way.to === 'receiver' ? halfMs : () => 0
    rest.batches = rest.batches.flatMap((batch) => concludeBy(loop.answerSync(batch, waitMs), batch, rest))
  }
}

/** Takes what was answered out of the rest. */
function sendOverSocket(rest: Rest, remainingMs: () => number): void {
  const { batches, lane } = rest
  for (let batch = batches[0]; batch !== undefined; batch = batches[0]) {
    const outcome = lane.sender.sendSync(batch, remainingMs)
    if (outcome === undefined) return
    batches.splice(0, 1, ...concludeBy(outcome, batch, rest))
    if (rest.away !== undefined) return
  }
}

/** Takes what was answered out of the rests. */
function sendByWorker(rests: readonly Rest[], remainingMs: () => number): void {
  const jobs = rests.map(({ lane: { sender }, batches }) => ({
    target: { ...sender.target, timeoutMs: remainingMs() },
    requests: batches.map((batch) => sender.requestSync(batch)),
  }))
  const answers = sendFromWorker(jobs, remainingMs)
  let at = 0
  for (const rest of rests) {
    const { sender } = rest.lane
    rest.batches = rest.batches.flatMap((batch) => {
      const answer = answers[at++]
      return concludeBy(answer && sender.outcome(answer), batch, rest)
    })
  }
}

/** Returns what is left of the batch. */
function concludeBy(outcome: Outcome | undefined, batch: Batch, rest: Rest): Batch[] {
  if (outcome === undefined) return [batch]
  if (outcome.kind !== 'retry') return rest.lane.loop.conclude(batch, outcome)
  rest.away = outcome.reason
  return [batch]
}
