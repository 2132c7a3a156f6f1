/** Amounts at moments, in order: `[ms, amount, ms, amount, …]`. JSON. */
export type Times = number[]

/** Adds an amount at its place. At one moment they are one. Returns the index of the moment. */
export function addTime(times: Times, ms: number, amount: number): number {
  let at = times.length - 2
  while (at >= 0 && times[at]! > ms) at -= 2
  if (at >= 0 && times[at] === ms) {
    times[at + 1]! += amount
    return at
  }
  if (at === times.length - 2) times.push(ms, amount)
  else times.splice(at + 2, 0, ms, amount)
  return at + 2
}

/** The sum of the amounts after `fromMs`, up to `toMs` with it. */
export function sumOf(times: Times, fromMs: number, toMs: number): number {
  let sum = 0
  for (let i = times.length - 2; i >= 0 && times[i]! > fromMs; i -= 2) {
    if (times[i]! <= toMs) sum += times[i + 1]!
  }
  return sum
}

/** Drops what is as old as `ms` or older, and of the rest the oldest, so that at most `most` moments stay. */
export function trimTimes(times: Times, ms: number, most: number): void {
  let drop = Math.max(0, times.length - most * 2)
  while (drop < times.length && times[drop]! <= ms) drop += 2
  if (drop > 0) times.splice(0, drop)
}

/**
 * Joins moments that are older than the newest `exact` ones, so that about `steps` of them stay: each amount at the end of its step, so
 * no sum loses one. Nothing is done before there are many to join.
 */
export function joinTimes(times: Times, exact: number, steps: number): void {
  const end = times.length - exact * 2
  if (end < steps * 4) return
  const stepMs = Math.max(1, Math.ceil((times[end - 2]! - times[0]!) / steps))
  const joined: Times = []
  for (let i = 0; i < end; i += 2) {
    const ms = Math.min(times[end - 2]!, Math.ceil(times[i]! / stepMs) * stepMs)
    if (joined.at(-2) === ms) joined[joined.length - 1]! += times[i + 1]!
    else joined.push(ms, times[i + 1]!)
  }
  times.splice(0, end, ...joined)
}
