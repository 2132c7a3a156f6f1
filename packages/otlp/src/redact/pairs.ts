import { redacted } from './redaction.ts'

/** What cuts the values of denied names in a text; `isDenied` is asked of each name that has one. */
export type PairCut = { isDenied(name: string): boolean; count(): void }

const [equals, colon, backslash, closing] = [61, 58, 92, 93]
const maxSpaces = 3
const maxName = 64

/**
 * Cuts values behind `name=` and `name:`: of URLs and forms, of SQL that compares with a constant, of JSON and of what
 * `inspect()` prints, of headers. In prose, as `password: must be longer`, a word in small letters behind a colon stays.
 */
export function cutPairs(text: string, { isDenied, count }: PairCut): string {
  let sent = ''
  let from = 0
  for (let index = 1; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code !== equals && code !== colon) continue
    const name = nameBefore(text, index, from)
    if (name === '' || !isDenied(name)) continue
    const start = valueStart(text, index)
    const end = valueEnd(text, start, code === colon, name)
    if (end === start) continue
    const quote = quoteLength(text, start)
    sent += text.slice(from, start + quote) + redacted
    from = end
    index = end - 1
    count()
  }
  return from === 0 ? text : sent + text.slice(from)
}

function isNameCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 45 ||
    code === 46
  )
}

function isQuote(code: number): boolean {
  return code === 34 || code === 39 || code === 96
}

function nameBefore(text: string, sign: number, from: number): string {
  let end = sign
  while (end > from && sign - end < maxSpaces && text.charCodeAt(end - 1) === 32) end--
  if (end > from && (isQuote(text.charCodeAt(end - 1)) || text.charCodeAt(end - 1) === closing)) end--
  while (end > from && text.charCodeAt(end - 1) === backslash) end--
  let start = end
  while (start > from && end - start < maxName && isNameCode(text.charCodeAt(start - 1))) start--
  return text.slice(start, end)
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
const opensMany = /[{[](?!redacted\])/y

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
