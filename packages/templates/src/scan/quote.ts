import { classOf, isBlank, letter } from './character.ts'

const newline = 10
const backslash = 92
const colon = 58
const equals = 61
const longest = 128

/** Where the quote that opens before `from` closes; -1 when it is an apostrophe, is too long or never closes. */
export function closingQuote(line: string, from: number, limit: number, quote: number): number {
  const last = Math.min(limit, from + longest)
  for (let at = from; at < last; at++) {
    const code = line.charCodeAt(at)
    if (code === newline) return -1
    if (code === backslash) at++
    else if (code === quote && (at + 1 >= line.length || classOf(line.charCodeAt(at + 1)) < letter)) return at
  }
  return -1
}

/** A quoted value is one word, or stands behind `=` or `:`; anything else in quotes is text. */
export function isQuotedValue(line: string, from: number, to: number, before: number): boolean {
  if (before === equals || before === colon) return true
  for (let at = from; at < to; at++) if (isBlank(line.charCodeAt(at))) return false
  return true
}
