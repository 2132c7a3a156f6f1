import { classOf, digit, ideograph, isBlank, isQuote, joinerClass, letter } from './character.ts'
import { categoryOf, domain } from './lexicon.ts'
import { hashOf, hashStart, hashStep, tail, value } from './tokens.ts'

/** The word that was read last; filled anew by each `readWord`, so that reading allocates nothing. */
export type Word = {
  end: number
  /** Neither `VALUE` nor `TAIL`. */
  hash: number
  /** By its shape it is a number, an id, an address, a path or a time. */
  isValue: boolean
  /** Letters only, or capitals as in a constant's name: more likely part of the message than a value. */
  isMessage: boolean
  /** It has no small letters. */
  isCapital: boolean
}

export function createWord(): Word {
  return { end: 0, hash: 0, isValue: false, isMessage: false, isCapital: false }
}

const apostrophe = 39
const dot = 46
const slash = 47
const colon = 58
const question = 63
const atSign = 64
const backslash = 92
const underscore = 95

/** Reads the word at `start`, whose first character may be a joiner that begins words. Never passes `limit`. */
export function readWord(line: string, start: number, limit: number, word: Word): void {
  if (classOf(line.charCodeAt(start)) === ideograph) readIdeographs(line, start, limit, word)
  else readParts(line, start, limit, word)
  const end = hexPairsEnd(line, start)
  if (end < word.end || end > limit) return
  word.end = end
  word.isValue = true
}

/**
 * Behind `ab:1a:ff` and so on, as in the address of a network card or a fingerprint: 3 pairs at least; else -1. What begins with a
 * digit is a value anyway.
 */
export function hexPairsEnd(line: string, start: number): number {
  if (line.charCodeAt(start + 2) !== colon || classOf(line.charCodeAt(start)) !== letter) return -1
  let pairs = 0
  let at = start
  for (; isHexDigit(line.charCodeAt(at)) && isHexDigit(line.charCodeAt(at + 1)); at += 3) {
    pairs++
    if (line.charCodeAt(at + 2) !== colon) break
  }
  const end = at + 2
  return pairs > 2 && !(classOf(line.charCodeAt(end)) >= letter) ? end : -1
}

function isHexDigit(code: number): boolean {
  return (code > 47 && code < 58) || ((code | 32) > 96 && (code | 32) < 103)
}

function readIdeographs(line: string, start: number, limit: number, word: Word): void {
  let hash = hashStart
  let at = start
  for (; at < limit; at++) {
    const code = line.charCodeAt(at)
    if (classOf(code) !== ideograph) break
    hash = hashStep(hash, code)
  }
  word.end = at
  word.hash = nameable(hash)
  word.isValue = false
  word.isMessage = true
  word.isCapital = false
}

/** A part is what lies between joiners: `blk_-69` has two. */
function readParts(line: string, start: number, limit: number, word: Word): void {
  let hash = hashStart
  let at = start
  let letters = 0
  let digits = 0
  let isHex = true
  let isValue = false
  let hasDigits = false
  let hasSmall = false
  let isJoined = false
  let dots = 0
  let slashes = 0
  for (; at < limit; at++) {
    const code = line.charCodeAt(at)
    const kind = classOf(code)
    if (kind === letter) {
      letters++
      if (code > 90) hasSmall = true
      if ((code | 32) > 102) isHex = false
    } else if (kind === digit) {
      if (letters === 0) isValue = true
      hasDigits = true
      digits++
    } else if (kind === joinerClass) {
      if (at > start && !goesOn(line, at, limit)) break
      if (code === colon && !isValue && dots + slashes === 0 && endsKey(line, at)) break
      if (isId(letters, digits, isHex)) isValue = true
      letters = 0
      digits = 0
      isHex = true
      if (code === dot) dots++
      else if (code === slash || code === backslash) slashes++
      else if (code === atSign) isValue = true
      if (code !== underscore) isJoined = true
      else if (hasSmall) isJoined = true
    } else break
    hash = hashStep(hash, code)
  }
  const first = line.charCodeAt(start)
  const isPath = slashes > 1 || (slashes > 0 && dots > 0) || first === slash
  if (isId(letters, digits, isHex) || (dots > 0 && (hasDigits || isHostName(line, start, at, dots))))
    isValue = true
  word.end = isPath && line.charCodeAt(at) === question ? queryEnd(line, at, limit) : at
  word.hash = nameable(hash)
  word.isValue = isValue || isPath || (first !== underscore && classOf(first) === joinerClass)
  word.isMessage = !isJoined && (!hasSmall || !hasDigits)
  word.isCapital = !hasSmall
}

/** Whether a joiner is inside a word and not behind it; three may follow each other, as in `://`. */
function goesOn(line: string, at: number, limit: number): boolean {
  const code = line.charCodeAt(at)
  let next = at + 1
  while (next < limit && next < at + 3 && isInnerJoiner(line.charCodeAt(next))) next++
  if (next >= limit) return false
  const kind = classOf(line.charCodeAt(next))
  if (code === apostrophe) return kind === letter && next === at + 1
  return kind === letter || kind === digit
}

function isInnerJoiner(code: number): boolean {
  return code !== apostrophe && classOf(code) === joinerClass
}

/** Whether a colon parts `key:value`, unlike those of `a::b` and `http://`. */
function endsKey(line: string, at: number): boolean {
  if (classOf(line.charCodeAt(at - 1)) === joinerClass) return false
  const next = line.charCodeAt(at + 1)
  if (next === colon) return classOf(line.charCodeAt(at + 2)) !== letter
  return next !== slash && next !== backslash
}

/** `n2190`, `piece0004`, `9f4ef63`; not `jk2` or `eth0`. */
export function isId(letters: number, digits: number, isHex: boolean): boolean {
  return digits > 0 && (digits > 2 || digits * 2 > letters || (isHex && letters + digits > 5))
}

/** `www.example.com`, `db.a.example.jp`; not a class, a file or a key. */
function isHostName(line: string, start: number, end: number, dots: number): boolean {
  const length = end - line.lastIndexOf('.', end - 1) - 1
  const isCountry = length === 2 && dots > 2
  if (!isCountry && (length < 2 || length > 5)) return false
  for (let at = start; at < end; at++) if (isCapital(line.charCodeAt(at))) return false
  return isCountry || categoryOf(hashOf(line.slice(end - length, end))) === domain
}

function isCapital(code: number): boolean {
  return code > 64 && code < 91
}

/** The query of a URL is part of its path. */
function queryEnd(line: string, from: number, limit: number): number {
  let at = from
  while (at < limit && !isBlank(line.charCodeAt(at)) && !isQuote(line.charCodeAt(at))) at++
  return at
}

function nameable(hash: number): number {
  return hash === value || hash === tail ? 2 : hash
}
