import type { Endings } from './endings.ts'
import { isNameCode, isWord } from './kinds.ts'
import { type Cut, redacted } from './redaction.ts'

/** Which names have values that are cut. */
export type PairNames = {
  /** Whether one may end before `end`, by its last letters. */
  mayEnd: Endings
  isDenied(name: string): boolean
}

const [colon, backslash, closing] = [58, 92, 93]
const maxSpaces = 3
const maxName = 64

/**
 * The value behind the `=` or `:` at `sign`, if it is that of a denied name: of URLs and forms, of SQL that compares with a
 * constant, of JSON and of what `inspect()` prints, of headers. In prose, as `password: must be longer`, a word in small letters
 * behind a colon stays.
 */
export function findPair(
  text: string,
  codes: Uint8Array,
  sign: number,
  from: number,
  names: PairNames,
): Cut | undefined {
  const nameEnd = endOfName(codes, sign, from)
  if (nameEnd === from || !names.mayEnd(codes, nameEnd)) return undefined
  let nameStart = nameEnd
  while (nameStart > from && nameEnd - nameStart < maxName && isNameCode(codes[nameStart - 1]!)) nameStart--
  const name = text.slice(nameStart, nameEnd)
  if (name === '' || !names.isDenied(name)) return undefined
  const start = valueStart(text, sign)
  const valueAt = start + quoteLength(text, start)
  if (text.startsWith(redacted, valueAt)) return undefined
  const end = valueEnd(text, start, codes[sign] === colon, name)
  return end === start ? undefined : { kind: 'key', start: valueAt, end }
}

function isQuote(code: number): boolean {
  return code === 34 || code === 39 || code === 96
}

/** Without spaces, a quote with its backslashes and a bracket, that may stand between a name and its sign. */
function endOfName(codes: Uint8Array, sign: number, from: number): number {
  let end = sign
  if (end > from && isWord(codes[end - 1]!)) return end
  while (end > from && sign - end < maxSpaces && codes[end - 1] === 32) end--
  if (end > from && (isQuote(codes[end - 1]!) || codes[end - 1] === closing)) end--
  while (end > from && codes[end - 1] === backslash) end--
  return end
}

const assignment = /[=:>]{1,2}\s{0,3}/y

function valueStart(text: string, sign: number): number {
  assignment.lastIndex = sign
  assignment.test(text)
  return assignment.lastIndex
}

const opening = /\\*["'`]/y

/** Of the quote that begins a value, with the backslashes of JSON within JSON; 0 where there is none. */
function quoteLength(text: string, start: number): number {
  opening.lastIndex = start
  return opening.test(text) ? opening.lastIndex - start : 0
}

const scheme = /(?:(?:bearer|basic|digest|token|negotiate) +)?/iy
const unquoted = /(?:[^\s&;,"'`<>)\]}]|[&;,](?![\w.%-]{1,64}=|\s|$)|[)\]}](?![\s,;)\]}]|$))+/y
const rest = /[^\r\n"'`]+/y
const isCookie = /cookies?$/i
const prose = /^[a-z]+[.!]?$/
/** What stands for a value: a parameter of SQL, a placeholder, nothing. */
const noValue = /^(?:\?|\$\d*|[:@]\w+|%\w|null|undefined|true|false|none|\*+)$/i
/** What opens a value of many, whose names are looked at themselves. */
const opensMany = /[{[]/y

/** `start` where there is nothing to cut. */
function valueEnd(text: string, start: number, isColon: boolean, name: string): number {
  const quote = quoteLength(text, start)
  if (quote > 0) return quotedEnd(text, start + quote, quote - 1)
  if (endOf(opensMany, text, start) > start) return start
  if (isCookie.test(name)) return endOf(rest, text, start)
  const valueAt = endOf(scheme, text, start)
  const end = endOf(unquoted, text, valueAt)
  const value = text.slice(valueAt, end)
  if (value === '' || noValue.test(value)) return start
  return isColon && valueAt === start && prose.test(value) ? start : end
}

function endOf(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start
  return pattern.test(text) ? pattern.lastIndex : start
}

/** Where the closing quote is, which has as many backslashes as the opening one; the end of the text where there is none. */
function quotedEnd(text: string, start: number, backslashes: number): number {
  const quote = text.charCodeAt(start - 1)
  let run = 0
  for (let index = start; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === quote && run <= backslashes) {
      // SQL writes a quote within quotes twice.
      if (quote !== 39 || text.charCodeAt(index + 1) !== quote) return index - run
      index++
    }
    run = code === backslash ? run + 1 : 0
  }
  return text.length
}
