import { BLANK, classOf, DIGIT, isQuote, JOINER, LETTER } from './character.ts'
import { hashStart, hashStep } from './hash.ts'
import { closingQuote, isQuotedValue } from './quote.ts'
import { NOTHING } from './tokens.ts'

/** What follows the glue. */
export const END = 0
export const WORD = 1
/** `<*>` */
export const MARK = 2
export const QUOTED = 3

/** The hash of blanks alone. */
export const BLANKS: number = hashStep(hashStart, 32)

/** What was read last between two words; filled anew by each `readGlue`. */
export type Glue = {
  end: number
  /** Any run of blanks counts as one, and as none at the end. */
  hash: number
  next: number
  /** The closing quote, when a quoted value follows. */
  quoteEnd: number
  /** The last character that is not a quote, and whether blanks follow it. */
  last: number
  endsBlank: boolean
}

export function createGlue(): Glue {
  return { end: 0, hash: 0, next: END, quoteEnd: 0, last: 0, endsBlank: false }
}

const NEWLINE = 10
const ASTERISK = 42
const PLUS = 43
const HYPHEN = 45
const DOT = 46
const SLASH = 47
const LESS = 60
const GREATER = 62
const UNDERSCORE = 95

/** Reads up to the next word, the end of the line or the limit; a quote before `quotesFrom` begins nothing. */
export function readGlue(line: string, start: number, limit: number, quotesFrom: number, glue: Glue): void {
  let hash = NOTHING
  let last = 0
  let isBlank = false
  glue.next = END
  let at = start
  for (; at < limit; at++) {
    const code = line.charCodeAt(at)
    const kind = classOf(code)
    if (kind === BLANK) {
      if (code === NEWLINE) break
      isBlank = true
      continue
    }
    if (kind >= LETTER || code === UNDERSCORE || (kind === JOINER && beginsWord(line, at, limit, code))) {
      glue.next = WORD
      break
    }
    if (code === LESS && isMark(line, at)) {
      glue.next = MARK
      break
    }
    hash = hashStep(isBlank ? hashStep(hash || hashStart, 32) : hash || hashStart, code)
    isBlank = false
    if (!isQuote(code)) last = code
    else if (at >= quotesFrom && opensValue(line, at + 1, limit, code, last, glue)) {
      at++
      break
    }
  }
  glue.end = at
  glue.hash = isBlank && glue.next !== END ? hashStep(hash || hashStart, 32) : hash
  glue.last = last
  glue.endsBlank = isBlank
}

function opensValue(
  line: string,
  at: number,
  limit: number,
  quote: number,
  last: number,
  glue: Glue,
): boolean {
  const end = closingQuote(line, at, limit, quote)
  if (end <= at || !isQuotedValue(line, at, end, last)) return false
  glue.quoteEnd = end
  glue.next = QUOTED
  return true
}

/** `-5`, `.5`, `/path`, `./path`; every other joiner before a word is glue. */
function beginsWord(line: string, at: number, limit: number, code: number): boolean {
  if (at + 1 >= limit) return false
  const next = line.charCodeAt(at + 1)
  const kind = classOf(next)
  if (code === HYPHEN || code === PLUS) return kind === DIGIT
  if (code === DOT) return kind === DIGIT || next === SLASH
  return code === SLASH && (kind >= LETTER || next === DOT || next === UNDERSCORE)
}

function isMark(line: string, at: number): boolean {
  return line.charCodeAt(at + 1) === ASTERISK && line.charCodeAt(at + 2) === GREATER
}
