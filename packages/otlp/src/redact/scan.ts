import { codesOf } from './codes.ts'
import { findEmail } from './emails.ts'
import { isDigit } from './kinds.ts'
import { findNumber } from './numbers.ts'
import { findPair, type PairNames } from './pairs.ts'
import { type Cut, type RedactedKind, type RedactPattern, redacted } from './redaction.ts'
import { findSign, type Place } from './signs.ts'
import { findBehindSpace, findLogin, findToken, leastToken, mayBeToken } from './tokens.ts'

/** `pwd=x` and `a@b.cn` are the shortest of all. */
const leastSecret = 5

const [space, percent, four, colon, equals, at] = [32, 37, 52, 58, 61, 64]

export type ScanOptions = {
  patterns: ReadonlySet<RedactPattern>
  names: PairNames
  count(kind: RedactedKind): void
}

/** Takes the secrets out of a text. With `isId` a number that is the whole text names a thing. */
export type Scan = (text: string, isId: boolean) => string

/** Looks where `findSign()` says, from the beginning of the text to its end, whether there is a secret. */
export function createScan({ patterns, names, count }: ScanOptions): Scan {
  const hasNumbers = patterns.has('card') || patterns.has('phone') || patterns.has('cn-id')

  const findAt = (text: string, codes: Uint8Array, index: number, from: number): Cut | undefined => {
    const code = codes[index]
    if (code === at || (code === percent && codes[index + 1] === four))
      return patterns.has('email') ? findEmail(text, codes, index, from) : undefined
    const hasTokens = patterns.has('token')
    if (code === colon || code === equals) {
      const login = hasTokens && code === colon ? findLogin(text, index) : undefined
      return login ?? findPair(text, codes, index, from, names)
    }
    return hasTokens && (code === space || code === percent) ? findBehindSpace(text, codes, index) : undefined
  }
  /** Of a number found the address that it begins, and before one that comes later the token that goes on in its digits. */
  const findWhole = (text: string, codes: Uint8Array, number: Cut, word: number): Cut => {
    const { start, end } = number
    const isLocalPart = codes[end] === at || (codes[end] === percent && codes[end + 1] === four)
    const email = isLocalPart && patterns.has('email') ? findEmail(text, codes, end, start) : undefined
    if (email !== undefined) return email
    const mayFollow = start - word >= leastToken && patterns.has('token') && mayBeToken(codes, word)
    return (mayFollow ? findToken(text, codes, word) : undefined) ?? number
  }
  return (text, isId) => {
    const { length } = text
    if (length < leastSecret) return text
    const codes = codesOf(text)
    const place: Place = { index: 0, wordStart: 0, digits: 0, word: -1 }
    let sent = ''
    let from = 0
    for (;;) {
      const index = findSign(codes, length, place, names.mayEnd)
      if (index === -1) return from === 0 ? text : sent + text.slice(from)
      let found: Cut | undefined
      if (isDigit(codes[index]!)) {
        if (hasNumbers) found = findNumber({ text, codes, isId, patterns }, index, from)
        if (found !== undefined) found = findWhole(text, codes, found, Math.max(from, place.wordStart))
      } else {
        if (place.word >= from && patterns.has('token')) found = findToken(text, codes, place.word)
        found ??= findAt(text, codes, index, from)
      }
      if (found === undefined || found.start < from) continue
      sent += text.slice(from, found.start) + redacted
      from = found.end
      count(found.kind)
      Object.assign(place, { index: from, wordStart: from, digits: 0 })
    }
  }
}
