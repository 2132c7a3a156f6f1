/** The words of a span id in hex; both 0 when it is none. */
export function spanWords(id: string): [high: number, low: number] {
  if (!/^[0-9a-f]{16}$/i.test(id)) return [0, 0]
  return [Number.parseInt(id.slice(0, 8), 16) | 0, Number.parseInt(id.slice(8), 16) | 0]
}

/** The bytes of a span id, always in the same array: SQLite copies them; null when both words are 0. */
export function createSpanBytes(): (high: number, low: number) => Uint8Array | null {
  const bytes = new Uint8Array(8)
  const view = new DataView(bytes.buffer)
  return (high, low) => {
    if (high === 0 && low === 0) return null
    view.setInt32(0, high)
    view.setInt32(4, low)
    return bytes
  }
}

/** Unix nanoseconds as whole microseconds and the rest. */
export function splitNanos(nanos: bigint): [us: number, ns: number] {
  const us = nanos / 1000n
  return [Number(us), Number(nanos - us * 1000n)]
}

/** The two columns as unix nanoseconds in decimal. */
export function nanosText(us: number, ns: number): string {
  return us === 0 ? String(ns) : `${us}${String(ns).padStart(3, '0')}`
}

/** A time after the year 2200 is no time, but a unit mixed up; 0 stands for none. */
export function plausibleUs(us: number): number {
  return us > 7_258_118_400_000_000 ? 0 : us
}
