import { type AlertRecord, leastMs, maxAheadMs } from '../engine/record.ts'

/** So many records after one are asked what time it was. */
const witnesses = 20

/**
 * Gives records a time that can be, in the order in which they were written. One without a time, from before the year 2000, after
 * `nowMs`, or that runs five minutes and more ahead of those before it and of most that follow, was written when the one
 * before it was. `misdated`: how many of the batch these are.
 */
export async function* believeTimes(
  batches: AsyncIterable<readonly AlertRecord[]>,
  nowMs: number,
): AsyncGenerator<{ records: AlertRecord[]; misdated: number }> {
  let waiting: AlertRecord[] = []
  let clockMs = 0
  const settle = (many: number): { records: AlertRecord[]; misdated: number } => {
    let misdated = 0
    const records = waiting.slice(0, many).map((record, index) => {
      if (isBelieved(record.unixMs, clockMs, waiting, index, nowMs)) {
        clockMs = Math.max(clockMs, record.unixMs)
        return record
      }
      misdated++
      return { ...record, unixMs: clockMs || firstMsOf(waiting, index, nowMs) }
    })
    waiting = waiting.slice(many)
    return { records, misdated }
  }
  for await (const batch of batches) {
    waiting.push(...batch)
    if (waiting.length > witnesses) yield settle(waiting.length - witnesses)
  }
  if (waiting.length > 0) yield settle(waiting.length)
}

function isBelieved(
  unixMs: number,
  clockMs: number,
  records: readonly AlertRecord[],
  index: number,
  nowMs: number,
): boolean {
  if (unixMs < leastMs || unixMs > nowMs + maxAheadMs) return false
  if (unixMs <= clockMs + maxAheadMs) return true
  // It is ahead of all before it: after a quiet time, or by its clock alone. Those that follow know.
  const after = timesAfter(records, index, nowMs)
  return after.filter((ms) => ms + maxAheadMs < unixMs).length * 2 <= after.length
}

function timesAfter(records: readonly AlertRecord[], index: number, nowMs: number): number[] {
  return records
    .slice(index + 1, index + 1 + witnesses)
    .map(({ unixMs }) => unixMs)
    .filter((ms) => ms >= leastMs && ms <= nowMs + maxAheadMs)
}

/** Before any time was believed: that of most that follow. */
function firstMsOf(records: readonly AlertRecord[], index: number, nowMs: number): number {
  const after = timesAfter(records, index, nowMs).toSorted((one, other) => one - other)
  return after[Math.floor(after.length / 2)] ?? (Number.isFinite(nowMs) ? nowMs : leastMs)
}
