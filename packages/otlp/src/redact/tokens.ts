import { isWord } from './kinds.ts'
import type { Cut } from './redaction.ts'

/** The shortest token of all has so many characters. */
export const leastToken = 11

const tokens = [
  'eyJ[\\w-]{8,}\\.[\\w-]{8,}(?:\\.[\\w-]*){0,3}',
  'gh[pousr]_[A-Za-z\\d]{20,}',
  'github_pat_\\w{20,}',
  'glpat-[\\w-]{16,}',
  'xox[a-z]-[\\w-]{10,}',
  '[prs]k_(?:live|test)_\\w{10,}',
  'whsec_\\w{16,}',
  'sk-(?=[A-Za-z_-]{0,64}\\d)[\\w-]{20,}',
  'A[KS]IA[A-Z\\d]{16}(?!\\w)',
  'AIza[\\w-]{35}',
  'npm_[A-Za-z\\d]{30,}',
  'hf_[A-Za-z]{30,}',
  'SG\\.[\\w-]{16,}\\.[\\w-]{16,}',
  'ya29\\.[\\w-]{20,}',
]
const token = new RegExp(`(?:${tokens.join('|')})`, 'y')

/** The first two characters of the tokens: few other words begin so. */
const beginnings = new Uint8Array(128 * 128)
for (const two of [
  'ey',
  'gh',
  'gi',
  'gl',
  'xo',
  'pk',
  'rk',
  'sk',
  'wh',
  'AK',
  'AS',
  'AI',
  'np',
  'hf',
  'SG',
  'ya',
])
  beginnings[placeOf(two.charCodeAt(0), two.charCodeAt(1))] = 1

function placeOf(first: number, second: number): number {
  return ((first & 0x7f) << 7) | (second & 0x7f)
}

function beginsToken(codes: Uint8Array, index: number): boolean {
  return beginnings[placeOf(codes[index]!, codes[index + 1]!)] === 1
}

const [percent, point, dash] = [37, 46, 45]

/** Whether one begins where the word at `start` does, or a point and two or four characters before. */
export function mayBeToken(codes: Uint8Array, start: number): boolean {
  return beginsToken(codes, beginningOf(codes, start))
}

function beginningOf(codes: Uint8Array, start: number): number {
  if (start === 0) return 0
  const before = codes[start - 1]
  // What is percent-encoded before a value is no part of its word.
  if (before === percent) return start + 2
  return before === point ? beginningBefore(codes, start) : start
}

/** A token that begins with the word at `start`, as far as `mayBeToken()`. */
export function findToken(text: string, codes: Uint8Array, start: number): Cut | undefined {
  return findAt(token, text, beginningOf(codes, start))
}

/** Of `SG.…` and `ya29.…`. */
function beginningBefore(codes: Uint8Array, start: number): number {
  const last = codes[start - 2]
  const begin = last === 0x47 ? start - 3 : last === 0x39 ? start - 5 : start
  return begin >= 0 && beginsToken(codes, begin) && isEdge(codes, begin) ? begin : start
}

function isEdge(codes: Uint8Array, index: number): boolean {
  if (index === 0) return true
  const before = codes[index - 1]!
  return (!isWord(before) && before !== dash) || (index > 2 && codes[index - 3] === percent)
}

const credentials = /[Bb](?:earer|asic)(?: |%20){1,3}[\w.~+/-]{8,}={0,2}/y
const privateKey =
  /-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----(?:(?!-----END)[\s\S])*(?:-----END [A-Z ]{0,32}-----)?/y

/** Credentials whose scheme, or a private key whose BEGIN, ends where the space at `end` is. */
export function findBehindSpace(text: string, codes: Uint8Array, end: number): Cut | undefined {
  const last = codes[end - 1]
  if (last === 0x72) return findCredentials(text, codes, end - 6)
  if (last === 0x63) return findCredentials(text, codes, end - 5)
  if (last !== 0x4e || codes[end - 5] !== 0x42) return undefined
  return findAt(privateKey, text, end - 10)
}

function findCredentials(text: string, codes: Uint8Array, start: number): Cut | undefined {
  if (start < 0 || (codes[start]! | 0x20) !== 0x62 || !isEdge(codes, start)) return undefined
  const found = findAt(credentials, text, start)
  return found !== undefined && isCredential(text.slice(start, found.end)) ? found : undefined
}

/** `Bearer authentication` and `basic functionality` are prose. */
function isCredential(found: string): boolean {
  const [word = '', credential = ''] = found.split(/(?: |%20)+/)
  if (/^bearer$/i.test(word)) return !/^[A-Z]?[a-z]+[.-]?$/.test(credential)
  return /^[\x20-\x7e]*:[\x20-\x7e]*$/.test(Buffer.from(credential, 'base64').toString('latin1'))
}

const login = /:\/\/[^\s/?#"'<>:@]{0,256}:[^\s/?#"'<>]{1,512}@/y

/** User and password of the URL whose `://` is at `start`. */
export function findLogin(text: string, start: number): Cut | undefined {
  const found = findAt(login, text, start)
  return found && { kind: 'token', start: start + 3, end: found.end - 1 }
}

function findAt(pattern: RegExp, text: string, start: number): Cut | undefined {
  if (start < 0) return undefined
  pattern.lastIndex = start
  return pattern.test(text) ? { kind: 'token', start, end: pattern.lastIndex } : undefined
}
