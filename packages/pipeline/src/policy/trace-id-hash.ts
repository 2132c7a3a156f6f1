// MurmurHash3_x86_128 of 16 bytes, which are one block of it, with the seed 0.
// https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp

const [c1, c2, c3, c4] = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93] as const
const blockBytes = 16

/**
 * The first 56 bits of the MurmurHash3_x86_128 of a trace id's 16 bytes, as 14 lower-case hex digits: spread evenly,
 * wherever in the id its changing digits are.
 */
export function hashTraceId(traceId: string): string {
  const k1 = Math.imul(turn(Math.imul(wordAt(traceId, 0), c1), 15), c2)
  const k2 = Math.imul(turn(Math.imul(wordAt(traceId, 8), c2), 16), c3)
  const k3 = Math.imul(turn(Math.imul(wordAt(traceId, 16), c3), 17), c4)
  const k4 = Math.imul(turn(Math.imul(wordAt(traceId, 24), c4), 18), c1)
  let h1 = (Math.imul(turn(k1, 19), 5) + 0x561ccd1b) ^ blockBytes
  let h2 = (Math.imul(turn(k2, 17), 5) + 0x0bcaa747) ^ blockBytes
  let h3 = (Math.imul(turn(k3, 15), 5) + 0x96cd1c35) ^ blockBytes
  let h4 = (Math.imul(turn(k4, 13) + (h1 ^ blockBytes), 5) + 0x32ac3b17) ^ blockBytes
  h1 = (h1 + h2 + h3 + h4) | 0
  h2 = spread((h2 + h1) | 0)
  h3 = spread((h3 + h1) | 0)
  h4 = spread((h4 + h1) | 0)
  h1 = (spread(h1) + h2 + h3 + h4) | 0
  return hexOf(h1) + hexOf((h2 + h1) | 0).slice(0, 6)
}

/** Four bytes, the lowest first. */
function wordAt(traceId: string, at: number): number {
  const word = Number.parseInt(traceId.slice(at, at + 8), 16)
  return (turn(word, 8) & 0x00ff00ff) | (turn(word, 24) & 0xff00ff00)
}

function turn(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

function spread(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

function hexOf(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0')
}
