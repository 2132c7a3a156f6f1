import { classOf, isBlank, LETTER } from './character.ts'

const NEWLINE = 10
const BACKSLASH = 92
const COLON = 58
const EQUALS = 61
const LONGEST = 128

/** Where the quote that opens before `from` closes; -1 when it is an apostrophe, is too long or never closes. */
export function closingQuote(line: string, from: number, limit: number, quote: number): number {
  const last = Math.min(limit, from + LONGEST)
  for (let at = from; at < last; at++) {
    const code = line.charCodeAt(at)
    if (code === NEWLINE) return -1
    if (code === BACKSLASH) at++
    else if (code === quote && (at + 1 >= line.length || classOf(line.charCodeAt(at + 1)) < LETTER)) return at
  }
  return -1
}

/** A quoted value is one word, or stands behind `=` or `:`; anything else in quotes is text. */
export function isQuotedValue(line: string, from: number, to: number, before: number): boolean {
  if (before === EQUALS || before === COLON) return true
  for (let at = from; at < to; at++) if (isBlank(line.charCodeAt(at))) return false
  return true
}
