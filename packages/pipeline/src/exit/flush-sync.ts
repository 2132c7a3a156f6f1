import type { SignalLane } from '../export/lane.ts'
import type { Wire } from '../export/sender.ts'
import type { Batch } from '../records/batch.ts'
import type { WireRequest } from '../wire/exchange.ts'
import type { Outcome } from '../wire/outcome.ts'
import type { RemainingMs } from './end.ts'
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

/** Of the time that is there, writing so many bytes to the spool is given one millisecond. */
const spooledBytesPerMs = 200 * 1024
/** At least, as a batch that is being compressed is not interrupted, and at most. */
const leastSpoolMs = 30
const mostSpoolMs = 600

/** On a disk that is slower, the spool may take so much more than all the time there is. */
const spoolGraceMs = 1000
/** From its turn on it has so much in any case: a process that the machine did not let run has lost its time, and not its disk. */
const spoolTurnMs = 250

/**
 * Delivers everything that was not acknowledged, or stores it: by the answers to what is on the wire and over the open
 * connection (plain HTTP), from a worker, into the spool, each taking what the one before left. Every step looks at the
 * time before every batch.
 */
export function flushSync(
  lanes: readonly SignalLane[],
  mode: 'flush' | 'spool',
  remainingMs: RemainingMs,
): void {
  const rests: Rest[] = lanes.map((lane) => {
    const batches = lane.loop.takeBack()
    return { lane, way: chooseLastWay(lane, mode), batches, away: undefined }
  })
  const spoolMs = timeForSpool(rests)
  const sendingMs = (): number => remainingMs(-spoolMs)
  readAnswers(rests, sendingMs)
  for (const rest of rests) if (isSendable(rest)) sendOverSocket(rest, sendingMs)
  sendByWorkers(rests, sendingMs)
  keepRests(rests, remainingMs)
  for (const { sender } of lanes) sender.finishSync?.(() => remainingMs())
}

/** With so much more it is never over, and what passes can be told. */
const longMs = 24 * 3_600_000

function keepRests(rests: readonly Rest[], remainingMs: RemainingMs): void {
  const turnMs = remainingMs(longMs)
  const hasTime = (): boolean => remainingMs(spoolGraceMs) > 0 || turnMs - remainingMs(longMs) < spoolTurnMs
  for (const { lane, way, batches, away } of rests) {
    const why = away ?? (way.to === 'spool' ? way.reason : 'no answer came in time')
    lane.keep(batches, why, hasTime)
    lane.sayLosses()
  }
}

function timeForSpool(rests: readonly Rest[]): number {
  const spooling = rests.filter(({ lane, batches }) => lane.spool?.room() === 'free' && batches.length > 0)
  const unwritten = spooling.flatMap(({ batches }) => batches.filter(({ leave }) => leave === undefined))
  const bytes = unwritten.reduce((sum, batch) => sum + batch.bytes, 0)
  return unwritten.length === 0 ? 0 : Math.min(mostSpoolMs, leastSpoolMs + bytes / spooledBytesPerMs)
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
  for (let batch = batches[0]; batch !== undefined && remainingMs() > 0; batch = batches[0]) {
    const outcome = lane.sender.sendSync(batch, remainingMs)
    if (outcome === undefined) return
    batches.splice(0, 1, ...concludeBy(outcome, batch, rest))
    if (rest.away !== undefined) return
  }
}

/** One after another: each is given as much as there is time to compress. */
function sendByWorkers(rests: readonly Rest[], remainingMs: () => number): void {
  for (let before = Number.POSITIVE_INFINITY; remainingMs() > 0; ) {
    const unsent = rests.flatMap((rest) => {
      const { wire } = rest.lane.sender
      return wire !== undefined && isSendable(rest) ? [{ rest, wire }] : []
    })
    const count = unsent.reduce((sum, { rest }) => sum + rest.batches.length, 0)
    if (count === 0 || count >= before) return
    before = count
    sendByWorker(unsent, remainingMs)
  }
}

/** Takes what was answered out of the rests. */
function sendByWorker(rests: readonly { rest: Rest; wire: Wire }[], remainingMs: () => number): void {
  // The other half is for the worker.
  const keptMs = remainingMs() / 2
  const jobs = rests.map(({ rest: { batches }, wire }) => {
    const requests: WireRequest[] = []
    for (const batch of batches) {
      if (remainingMs() <= keptMs) break
      requests.push(wire.requestSync(batch))
    }
    return { target: { ...wire.target, timeoutMs: remainingMs() }, requests }
  })
  const answers = sendFromWorker(jobs, remainingMs)
  let at = 0
  for (const [index, { rest, wire }] of rests.entries()) {
    const sent = rest.batches.splice(0, jobs[index]?.requests.length)
    const left = sent.flatMap((batch) => {
      const answer = answers[at++]
      return concludeBy(answer && wire.outcome(answer), batch, rest)
    })
    rest.batches.unshift(...left)
  }
}

/** Returns what is left of the batch. */
function concludeBy(answer: Outcome | undefined, batch: Batch, rest: Rest): Batch[] {
  if (answer === undefined) return [batch]
  const outcome = rest.lane.loop.weigh(batch, answer)
  if (outcome.kind !== 'retry') return rest.lane.loop.conclude(batch, outcome)
  rest.away = outcome.reason
  return [batch]
}
