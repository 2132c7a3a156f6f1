import { blank, classOf, digit, isBlank, isQuote, joinerClass, letter } from './character.ts'
import { hashStart, hashStep, nothing } from './tokens.ts'

/** What follows the glue. */
export const endMark = 0
export const word = 1
/** `<*>` */
export const mark = 2
export const quoted = 3

/** The hash of blanks alone. */
export const blanks: number = hashStep(hashStart, 32)

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
  return { end: 0, hash: 0, next: endMark, quoteEnd: 0, last: 0, endsBlank: false }
}

const newline = 10
const asterisk = 42
const plus = 43
const hyphen = 45
const dot = 46
const slash = 47
const less = 60
const greater = 62
const colon = 58
const equals = 61
const backslash = 92
const underscore = 95

const bracket = 91
const closingBracket = 93
const comma = 44
const longestQuote = 256
const longestList = 256

/** Reads up to the next word, the end of the line or the limit; a quote before `quotesFrom` begins nothing. */
export function readGlue(line: string, start: number, limit: number, quotesFrom: number, glue: Glue): void {
  let hash = nothing
  let last = 0
  let endsBlank = false
  glue.next = endMark
  let at = start
  for (; at < limit; at++) {
    const code = line.charCodeAt(at)
    const kind = classOf(code)
    if (kind === blank) {
      if (code === newline) break
      endsBlank = true
      continue
    }
    if (
      kind >= letter ||
      code === underscore ||
      (kind === joinerClass && beginsWord(line, at, limit, code))
    ) {
      glue.next = word
      break
    }
    if (code === less && isMark(line, at)) {
      glue.next = mark
      break
    }
    hash = hashStep(endsBlank ? hashStep(hash || hashStart, 32) : hash || hashStart, code)
    endsBlank = false
    if (code === bracket && at >= quotesFrom && opensList(line, at + 1, limit, glue)) {
      at++
      break
    }
    if (!isQuote(code)) last = code
    else if (at >= quotesFrom && opensValue(line, at + 1, limit, code, last, glue)) {
      at++
      break
    }
  }
  glue.end = at
  glue.hash = endsBlank && glue.next !== endMark ? hashStep(hash || hashStart, 32) : hash
  glue.last = last
  glue.endsBlank = endsBlank
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
  if (end <= at || (!followsQuoted(line, at - 1) && !isQuotedValue(line, at, end, last))) return false
  glue.quoteEnd = end
  glue.next = quoted
  return true
}

/** `"-" "Mozilla/5.0 (X11)"`: what is quoted right behind something quoted is a value, with blanks too. */
function followsQuoted(line: string, quoteAt: number): boolean {
  return isBlank(line.charCodeAt(quoteAt - 1)) && line.charCodeAt(quoteAt - 2) === line.charCodeAt(quoteAt)
}

/** `[a, b, c]`: two words or more, however many, are one value. */
function opensList(line: string, from: number, limit: number, glue: Glue): boolean {
  const last = Math.min(limit, from + longestList)
  let commas = 0
  let isWord = false
  for (let at = from; at < last; at++) {
    const code = line.charCodeAt(at)
    const kind = classOf(code)
    if (code === closingBracket) {
      if (commas === 0 || !isWord) return false
      glue.quoteEnd = at
      glue.next = quoted
      return true
    }
    if (code === comma) {
      if (!isWord) return false
      commas++
      isWord = false
    } else if (kind === blank) {
      if (code === newline || (isWord && line.charCodeAt(at + 1) !== comma)) return false
    } else if (kind < joinerClass && !isQuote(code)) return false
    else isWord = true
  }
  return false
}

/** Where the quote that opens before `from` closes; -1 when it is an apostrophe, is too long or never closes. */
function closingQuote(line: string, from: number, limit: number, quote: number): number {
  const last = Math.min(limit, from + longestQuote)
  for (let at = from; at < last; at++) {
    const code = line.charCodeAt(at)
    if (code === newline) return -1
    if (code === backslash) at++
    else if (code === quote && (at + 1 >= line.length || classOf(line.charCodeAt(at + 1)) < letter)) return at
  }
  return -1
}

/** A quoted value is one word, or stands behind `=` or `:`; anything else in quotes is text. */
function isQuotedValue(line: string, from: number, to: number, before: number): boolean {
  if (before === equals || before === colon) return true
  for (let at = from; at < to; at++) if (classOf(line.charCodeAt(at)) === blank) return false
  return true
}

/** `-5`, `.5`, `/path`, `./path`; every other joiner before a word is glue. */
function beginsWord(line: string, at: number, limit: number, code: number): boolean {
  if (at + 1 >= limit) return false
  const next = line.charCodeAt(at + 1)
  const kind = classOf(next)
  if (code === hyphen || code === plus) return kind === digit
  if (code === dot) return kind === digit || next === slash
  return code === slash && (kind >= letter || next === dot || next === underscore)
}

function isMark(line: string, at: number): boolean {
  return line.charCodeAt(at + 1) === asterisk && line.charCodeAt(at + 2) === greater
}
