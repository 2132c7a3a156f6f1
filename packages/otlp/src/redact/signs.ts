import type { Endings } from './endings.ts'
import { isDigit, isLocal, isWord, kindNumbers, kinds } from './kinds.ts'
import { leastToken, mayBeToken } from './tokens.ts'

// In the loop below, constants of another module would be read anew for each character.
const { letter, digit, dash, other, space, sign } = kindNumbers
const kindOf = kinds

/** A telephone number has so many digits, with nothing but gaps between them; numbers of cards and citizens have more. */
export const leastDigits = 10
/** Until something comes that is in no number. */
const never = -0x3fff_ffff

const [quote, percent, point, slash] = [34, 37, 46, 47]
const [zero, two, four, colon, equals, at] = [48, 50, 52, 58, 61, 64]

/** Where the next look begins, and what is known there of the word and of the number that goes on. */
export type Place = { index: number; wordStart: number; digits: number; word: number }

/**
 * The next place in a text where it must be asked whether there is a secret; -1 where none is left. Looks once at each code, for: the
 * end of a long word that begins as tokens do (`place.word` is its beginning, else -1), the tenth digit with nothing but gaps between
 * them, a space behind what may be Bearer, Basic or BEGIN, `@`, `://`, and `=` or `:` behind what may be a denied name.
 */
export function findSign(codes: Uint8Array, length: number, place: Place, mayEnd: Endings): number {
  let { index, wordStart, digits } = place
  // Behind the text is a code that ends its last word.
  for (; index <= length; index++) {
    const kind = kindOf[codes[index]!]!
    if (kind === letter) {
      digits = 0
      continue
    }
    if (kind === digit && ++digits < leastDigits) continue
    if (kind === dash) continue
    let word = -1
    let isSign = kind === digit
    if (isSign) {
      digits = never
    } else {
      if (index - wordStart >= leastToken && mayBeToken(codes, wordStart)) word = wordStart
      wordStart = index + 1
      if (kind === space) isSign = mayEndScheme(codes, index)
      else if (kind === other) digits = 0
      else if (kind === sign) {
        if (codes[index] !== percent) digits = 0
        isSign = isSecretSign(codes, index, mayEnd)
      }
    }
    if (!isSign && word === -1) continue
    place.index = index + 1
    place.wordStart = wordStart
    place.digits = digits
    place.word = word
    return index
  }
  return -1
}

/** Bearer, Basic and BEGIN, by their first and last letters. */
function mayEndScheme(codes: Uint8Array, end: number): boolean {
  const last = codes[end - 1]
  if (last === 0x72) return (codes[end - 6]! | 0x20) === 0x62
  if (last === 0x63) return (codes[end - 5]! | 0x20) === 0x62
  return last === 0x4e && codes[end - 5] === 0x42
}

function isSecretSign(codes: Uint8Array, index: number, mayEnd: Endings): boolean {
  const code = codes[index]!
  const before = codes[index - 1]!
  const next = codes[index + 1]!
  const afterNext = codes[index + 2]!
  if (code === colon || code === equals) {
    if (next === slash && afterNext === slash) return true
    if (isWord(before)) return mayEnd(codes, index)
    // As in JSON.
    if (before === quote && isWord(codes[index - 2]!)) return mayEnd(codes, index - 1)
    return index > 0
  }
  // As `router@2.2.0` in the stacks of pnpm.
  if (code === at)
    return isLocal(before) && !(isDigit(next) && afterNext === point && isDigit(codes[index + 3]!))
  return afterNext === zero && (next === four || (next === two && mayEndScheme(codes, index)))
}
