const mostHot = 65_536

/**
 * Traces that were released, for a time: what still comes of them leaves at once, and nothing releases them twice. Each
 * stays for `keepMs` to twice as long. Beyond its bound the older half is forgotten.
 */
export function createHotTraces(
  keepMs: number,
  most: number = mostHot,
): {
  has(traceId: string): boolean
  add(traceId: string, nowMs: number): void
  /** Call it now and then, or nothing is forgotten. */
  sweep(nowMs: number): void
} {
  let young = new Set<string>()
  let old = new Set<string>()
  let turnedMs = 0
  const turn = (nowMs: number): void => {
    old = young
    young = new Set()
    turnedMs = nowMs
  }
  return {
    has: (traceId) => (young.size > 0 && young.has(traceId)) || (old.size > 0 && old.has(traceId)),
    add(traceId, nowMs) {
      if (young.size >= most / 2) turn(nowMs)
      if (young.size === 0) turnedMs = nowMs
      young.add(traceId)
    },
    sweep(nowMs) {
      if (nowMs - turnedMs >= keepMs && young.size + old.size > 0) turn(nowMs)
    },
  }
}
