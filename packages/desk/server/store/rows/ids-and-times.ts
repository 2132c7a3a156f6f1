/** The bytes of a hex id; null when it is "" or no hex. */
export function hexBytes(id: string): Uint8Array | null {
  const bytes = Buffer.from(id, 'hex')
  return bytes.length > 0 && bytes.length * 2 === id.length ? bytes : null
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
