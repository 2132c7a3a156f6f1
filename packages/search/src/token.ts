import { type Compare, isKnownKey, type SearchProblem } from './tree.ts'

export type Token = { at: number; length: number } & (
  | { kind: '(' | ')' | 'AND' | 'OR' | 'NOT' }
  | { kind: 'text'; text: string; quoted: boolean; prefix: boolean }
  | { kind: 'field'; key: string; keyQuoted: boolean; sign: ':' | Exclude<Compare, '='>; value: Value }
)
export type Value = { text: string; quoted: boolean; prefix: boolean; at: number; length: number }

type Part = Value & { end: number }

const bare = /[^\s()"\0]+/uy
const signPattern = /:|>=|<=|>|</y
// A key is a name: times, addresses, `a->b` and `std::vector` are words.
const keyed = /^([\p{L}_@$](?:[\p{L}\p{N}_@$./-]*[\p{L}\p{N}_@$])?)(:|>=|<=|>|<)(?!:|\/\/)/u
const blank = /[\s\0]/u

/** The tokens of a search, or the first place that cannot be one. */
export function readTokens(source: string): Token[] | SearchProblem {
  const tokens: Token[] = []
  for (let at = 0; at < source.length; ) {
    if (blank.test(source[at]!)) {
      at++
      continue
    }
    const token = readToken(source, at)
    if ('mistake' in token) return token
    tokens.push(token)
    at += token.length
  }
  return tokens
}

function readToken(source: string, at: number): Token | SearchProblem {
  const first = source[at]!
  if (first === '(' || first === ')') return { kind: first, at, length: 1 }
  if (first === '-' && /[^\s\0)-]/u.test(source[at + 1] ?? ' ')) return { kind: 'NOT', at, length: 1 }
  if (first === '"') return readQuotedToken(source, at)
  const word = bareAt(source, at)
  if (word === 'AND' || word === 'OR' || word === 'NOT') return { kind: word, at, length: word.length }
  const [whole, key, sign] = keyed.exec(word) ?? []
  // "Error: no such file" is pasted as it is; a known key without value is more likely being typed.
  const isText = key === undefined || (word === whole && source[at + word.length] !== '"' && !isKnownKey(key))
  if (isText) return textToken(barePart(source, at), at)
  return readField(source, at, {
    key,
    keyQuoted: false,
    sign: sign as ':',
    valueAt: at + key.length + sign!.length,
  })
}

function readQuotedToken(source: string, at: number): Token | SearchProblem {
  const part = quotedPart(source, at)
  if ('mistake' in part) return part
  signPattern.lastIndex = part.end
  const sign = part.prefix ? undefined : signPattern.exec(source)?.[0]
  if (sign === undefined) return textToken(part, at)
  return readField(source, at, {
    key: part.text,
    keyQuoted: true,
    sign: sign as ':',
    valueAt: part.end + sign.length,
  })
}

function readField(
  source: string,
  at: number,
  field: { key: string; keyQuoted: boolean; sign: ':'; valueAt: number },
): Token | SearchProblem {
  const { valueAt, ...known } = field
  const value = source[valueAt] === '"' ? quotedPart(source, valueAt) : barePart(source, valueAt)
  if ('mistake' in value) return value
  const { end, ...rest } = value
  return { kind: 'field', ...known, value: rest, at, length: end - at }
}

function textToken({ text, quoted, prefix, end }: Part, at: number): Token {
  return { kind: 'text', text, quoted, prefix, at, length: end - at }
}

function bareAt(source: string, at: number): string {
  bare.lastIndex = at
  return bare.exec(source)?.[0] ?? ''
}

function barePart(source: string, at: number): Part {
  const all = bareAt(source, at)
  const prefix = all.endsWith('*')
  const text = prefix ? all.slice(0, -1) : all
  return { text, quoted: false, prefix, at, length: all.length, end: at + all.length }
}

/** `\"` and `\\` are a quote and a backslash, any other backslash is itself. */
function quotedPart(source: string, at: number): Part | SearchProblem {
  let text = ''
  let index = at + 1
  for (; index < source.length && source[index] !== '"'; index++) {
    if (source[index] === '\\' && /["\\]/.test(source[index + 1] ?? '')) index++
    text += source[index]
  }
  if (index >= source.length) {
    return {
      at,
      length: source.length - at,
      mistake: (texts) => texts.quoteNotClosed(),
    }
  }
  const prefix = source[index + 1] === '*'
  const end = index + (prefix ? 2 : 1)
  return { text, quoted: true, prefix, at, length: end - at, end }
}
