import { type Tokens, tail, value } from './scan/tokens.ts'

/** What a line or the text of a template is made of. */
export type Words = Pick<Tokens, 'hashes' | 'glueHashes' | 'fixed'>

const high = 0x85ebca6b
const low = 0xc2b2ae35
const lowSize = 65_536
/** Of a line only so many words are tried as values. */
const mostMasked = 24

let first = 0
let second = 0

/**
 * The id of all templates that say the same: 48 bits of a hash of the words of the message, what stands between them, and
 * the places of values. Words that may vary count as values, but for the first, and unless they are most of what there is. `masked`: the place
 * of a word that is taken for a value; -1 for none.
 */
export function idOf(words: Words, count: number, masked: number): number {
  return hashAll(words, count, masked, -1)
}

/** The id that it would have if the word there and the one behind it were one value. */
export function idOfJoined(words: Words, count: number, joined: number): number {
  return hashAll(words, count, joined, joined + 1)
}

function hashAll(words: Words, count: number, masked: number, skipped: number): number {
  const { hashes, glueHashes, fixed } = words
  const isStrict = saysLittle(words, count)
  first = skipped < 0 ? count : count - 1
  second = ~first
  for (let at = 0; at < count; at++) {
    if (at === skipped) continue
    const isWord = isStrict || fixed[at] === 1 || at === 0
    mix(glueHashes[at]!)
    mix(at === masked || !isWord ? value : hashes[at]!)
  }
  return finish(first ^ second) * lowSize + (finish(second) & (lowSize - 1))
}

/** The ids that it would have with one of its words taken for a value. */
export function maskedIdsOf(words: Words, count: number): number[] {
  const { hashes, fixed } = words
  const ids: number[] = []
  if (saysLittle(words, count)) return ids
  for (let at = 0; at < count && ids.length < mostMasked; at++) {
    const hash = hashes[at]!
    if (hash !== value && hash !== tail && (fixed[at] === 1 || at === 0)) ids.push(idOf(words, count, at))
  }
  return ids
}

/** Whether the words of the message are too few to tell it by them alone. */
function saysLittle({ hashes, fixed }: Words, count: number): boolean {
  let own = 0
  let all = 0
  for (let at = 0; at < count; at++) {
    const hash = hashes[at]!
    if (hash === value || hash === tail) continue
    all++
    own += at === 0 ? 1 : fixed[at]!
  }
  return own < 2 || own * 2 < all
}

function mix(code: number): void {
  first = Math.imul(first ^ code, high)
  first ^= first >>> 15
  second = Math.imul(second ^ code, low)
  second ^= second >>> 13
}

/** A number from 0 to 2³² - 1, each bit of which depends on all. */
function finish(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), high)
  bits = Math.imul(bits ^ (bits >>> 13), low)
  return (bits ^ (bits >>> 16)) >>> 0
}
