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
 * the places of values. Words that may vary count as values, but for the first, and unless they are most of what there is.
 */
export function idOf(words: Words, count: number): number {
  addAll(words, count)
  return idOfSums(first, second)
}

/**
 * The ids that it would have with one of its words taken for a value, in the words' order. Each takes as long as a word,
 * since the hash is a sum over the words.
 */
export function maskedIdsOf(words: Words, count: number): number[] {
  const { hashes, glueHashes } = words
  const ids: number[] = []
  if (saysLittle(words, count)) return ids
  addAll(words, count)
  const [all, allToo] = [first, second]
  for (let at = 0; at < count && ids.length < mostMasked; at++) {
    if (!isWordAt(words, at) || hashes[at] === tail) continue
    const own = termOf(at, glueHashes[at]!, hashes[at]!)
    const masked = termOf(at, glueHashes[at]!, value)
    ids.push(idOfSums(all - own + masked, allToo - secondOf(own) + secondOf(masked)))
  }
  return ids
}

/** Whether all words but one are the same; those that may vary do not count. */
export function differInOneWord(one: Words, other: Words): boolean {
  let different = 0
  for (let at = 0; at < one.hashes.length && different < 2; at++)
    if (wordAt(one, at) !== wordAt(other, at)) different++
  return different === 1
}

/** Whether it is a word of the message there: no value, and none that may vary, but for the first. */
export function isWordAt({ hashes, fixed }: Words, at: number): boolean {
  return hashes[at] !== value && (fixed[at] === 1 || at === 0)
}

function wordAt(words: Words, at: number): number {
  return isWordAt(words, at) ? words.hashes[at]! : value
}

function addAll(words: Words, count: number): void {
  const { hashes, glueHashes } = words
  const isStrict = saysLittle(words, count)
  first = count
  second = ~first
  for (let at = 0; at < count; at++) {
    const term = termOf(at, glueHashes[at]!, isStrict ? hashes[at]! : wordAt(words, at))
    first = (first + term) | 0
    second = (second + secondOf(term)) | 0
  }
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

/** What a word adds to the hash. */
function termOf(place: number, glueHash: number, hash: number): number {
  return finish(Math.imul(Math.imul(place + 1, low) ^ glueHash, high) ^ hash)
}

function secondOf(term: number): number {
  return Math.imul(term ^ (term >>> 15), low)
}

function idOfSums(one: number, other: number): number {
  return (finish(one) >>> 0) * lowSize + (finish(other) & (lowSize - 1))
}

/** Each bit of it depends on all. */
function finish(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), high)
  bits = Math.imul(bits ^ (bits >>> 13), low)
  return bits ^ (bits >>> 16)
}
