import { type Word, wordsOfFolded } from './searchable-text.ts'

const bits = 32

/**
 * Whether a folded text has these words one after the other, in a time that does not depend on what they are: a pattern
 * of regular expressions begins anew at each word of the text. All beginnings are followed at once, a bit for each word.
 * https://en.wikipedia.org/wiki/Bitap_algorithm
 */
export function longPhraseMatcher(words: readonly Word[], prefix: boolean): (folded: string) => boolean {
  const size = Math.ceil(words.length / bits)
  const none = new Uint32Array(size)
  const places = new Map<string, Uint32Array>()
  /** The words that may have signs before them. */
  const apart = new Uint32Array(size)
  for (const [index, word] of words.entries()) {
    const of = places.get(word.text) ?? new Uint32Array(size)
    places.set(word.text, of)
    setBit(of, index)
    if (index === 0 || !adjoins(words[index - 1]!, word)) setBit(apart, index)
  }
  const last = words.length - 1
  const goesOn = prefix && !words[last]!.cjk
  return (folded) => {
    const state = new Uint32Array(size)
    let previous: Word | undefined
    for (const word of wordsOfFolded(folded)) {
      const may = previous !== undefined && adjoins(previous, word) ? undefined : apart
      const isLast = goesOn && word.text.startsWith(words[last]!.text) && mayFollow(state, last, may)
      advance(state, places.get(word.text) ?? none, may)
      if (isLast || hasBit(state, last)) return true
      previous = word
    }
    return false
  }
}

/** Every beginning that this word continues goes on, and one begins here. */
function advance(state: Uint32Array, at: Uint32Array, may: Uint32Array | undefined): void {
  let carry = 1
  for (let index = 0; index < state.length; index++) {
    const before = state[index]!
    state[index] = ((before << 1) | carry) & at[index]! & (may?.[index] ?? ~0)
    carry = before >>> (bits - 1)
  }
}

/** Whether the words before that place are there, and it may stand as it does. */
function mayFollow(state: Uint32Array, place: number, may: Uint32Array | undefined): boolean {
  return (place === 0 || hasBit(state, place - 1)) && (may === undefined || hasBit(may, place))
}

function adjoins(previous: Word, word: Word): boolean {
  return previous.at + previous.text.length === word.at
}

function setBit(set: Uint32Array, place: number): void {
  set[place >>> 5]! |= 1 << (place & 31)
}

function hasBit(set: Uint32Array, place: number): boolean {
  return ((set[place >>> 5]! >>> (place & 31)) & 1) === 1
}
