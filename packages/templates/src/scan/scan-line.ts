import { isBlank, isCloser, isOpener } from './character.ts'
import { blanks, createGlue, endMark, mark, quoted, readGlue } from './glue.ts'
import { calendar, categoryOf, hint, literal, ordinary, textKey, unit } from './lexicon.ts'
import {
  clearTokens,
  endsInValue,
  hashStart,
  hashStep,
  maxCharacters,
  maxTokens,
  nothing,
  pushToken,
  type Tokens,
  tail,
  value,
} from './tokens.ts'
import { createWord, readWord } from './word.ts'

const newline = 10
const colon = 58
const comma = 44
const equals = 61
const zero = 48

const longestCut = 256
const nine = 57

/** `key= `: what follows is another key, or text. */
const emptyValue = hashStep(hashStep(hashStart, equals), 32)

const glue = createGlue()
const word = createWord()
const ahead = createWord()

/**
 * Parts a line into words and values, in one pass. Only its first line that is not blank counts. Values with nothing
 * but glue between them are one, and so are a number and its unit. Never throws.
 */
export function scanLine(line: string, tokens: Tokens): void {
  let at = skipBlanks(line)
  const limit = limitOf(line, at)
  let category = ordinary
  let openers = 0
  clearTokens(tokens)
  for (;;) {
    const goesOn = endsInValue(tokens)
    for (; openers > 0 && at < limit && isCloser(line.charCodeAt(at)); at++) openers--
    if (goesOn) at = skipEmptyBrackets(line, at, limit)
    const glueStart = at
    readGlue(line, at, limit, quotesFrom(at, limit, category, tokens.count), glue)
    at = glue.end
    if (tokens.count === maxTokens || glue.next === endMark) {
      finish(line, glueStart, limit, tokens)
      return
    }
    readNext(line, at, limit)
    const before = category
    category = word.isValue ? ordinary : categoryOf(word.hash)
    if (goesOn && category === unit && glue.hash === blanks) {
      category = ordinary
    } else if (word.isValue || isValueHere(line, limit, before, category, tokens.count)) {
      category = ordinary
      if (goesOn) openers += countOpen(line, glueStart, at)
      else pushToken(tokens, glueStart, glue.hash, at, word.end, value, false)
    } else {
      openers = 0
      pushToken(tokens, glueStart, glue.hash, at, word.end, word.hash, isFixed(before))
    }
    at = word.end
  }
}

/** A word that the limit would cut lies behind it. */
function limitOf(line: string, from: number): number {
  const limit = from + maxCharacters
  if (limit >= line.length) return line.length
  for (let at = limit; at > limit - longestCut; at--) if (isBlank(line.charCodeAt(at))) return at
  return limit
}

/** Parts the text of a template; what is not `<*>` in it is a word. */
export function scanTemplate(text: string, tokens: Tokens): void {
  let at = 0
  let category = ordinary
  clearTokens(tokens)
  while (tokens.count <= maxTokens) {
    const glueStart = at
    readGlue(text, at, text.length, text.length, glue)
    at = glue.end
    if (glue.next === endMark) {
      finish(text, glueStart, text.length, tokens)
      return
    }
    readNext(text, at, text.length)
    const isMark = glue.next === mark
    pushToken(
      tokens,
      glueStart,
      glue.hash,
      at,
      word.end,
      isMark ? value : word.hash,
      !isMark && isFixed(category),
    )
    category = isMark ? ordinary : categoryOf(word.hash)
    at = word.end
  }
}

/** A quote right behind a word closes, and one behind `msg=` opens text. */
function quotesFrom(at: number, limit: number, category: number, count: number): number {
  if (category === textKey) return limit
  return count === 0 ? at : at + 1
}

function readNext(line: string, at: number, limit: number): void {
  if (glue.next === mark) {
    word.end = at + 3
    word.isValue = true
    return
  }
  const end = glue.next === quoted ? glue.quoteEnd : limit
  readWord(line, at, end, word)
  if (glue.next !== quoted) return
  const isKey = word.end === end && !word.isValue && line.charCodeAt(end + 1) === colon
  word.end = end
  word.isValue = !isKey
}

function isFixed(before: number): boolean {
  return word.isMessage && (before !== hint || word.isCapital)
}

/** A word that is a value by its place: behind `key=`, a literal, a day before a number, or cut off by the limit. */
function isValueHere(line: string, limit: number, before: number, category: number, count: number): boolean {
  const { end } = word
  if (end === limit && limit < line.length) return true
  if (glue.last === equals && count > 0 && before !== textKey && glue.next !== quoted) {
    if (!glue.endsBlank || (glue.hash !== emptyValue && line.charCodeAt(end) !== equals)) return true
  }
  return category === literal || (category === calendar && precedesNumber(line, end))
}

function precedesNumber(line: string, end: number): boolean {
  let at = end
  while (at < end + 3 && (line.charCodeAt(at) === comma || isSpace(line.charCodeAt(at)))) at++
  if (isDigit(line.charCodeAt(at))) return true
  readWord(line, at, Math.min(line.length, at + 4), ahead)
  return at > end && categoryOf(ahead.hash) === calendar
}

function isDigit(code: number): boolean {
  return code >= zero && code <= nine
}

/** What remains when the limit is reached is a value, punctuation at the end a token without a word. */
function finish(line: string, glueStart: number, limit: number, tokens: Tokens): void {
  const isCut = glue.next !== endMark || (glue.end === limit && limit < line.length)
  if (isCut && endsInValue(tokens)) return
  if (isCut) pushToken(tokens, glueStart, glue.hash, glue.end, glue.end, value, false)
  else if (glue.hash !== nothing) pushToken(tokens, glueStart, glue.hash, glue.end, glue.end, tail, true)
}

function countOpen(line: string, from: number, to: number): number {
  let open = 0
  for (let at = from; at < to; at++) {
    const code = line.charCodeAt(at)
    if (isOpener(code)) open++
    else if (isCloser(code)) open--
  }
  return Math.max(0, open)
}

/** An empty value behind a value, as in `10.0.0.1 () at`, is part of it. */
function skipEmptyBrackets(line: string, from: number, limit: number): number {
  let opener = from
  while (opener < limit && isSpace(line.charCodeAt(opener))) opener++
  if (opener + 1 >= limit || !isOpener(line.charCodeAt(opener))) return from
  return isCloser(line.charCodeAt(opener + 1)) ? opener + 2 : from
}

function isSpace(code: number): boolean {
  return code !== newline && isBlank(code)
}

function skipBlanks(line: string): number {
  const limit = Math.min(line.length, maxCharacters)
  let at = 0
  while (at < limit && isBlank(line.charCodeAt(at))) at++
  return at
}
