import { type Mistake, repeatingLittle } from './mistakes.ts'
import { parseTraceId, readTerm } from './term.ts'
import { readTokens, type Token } from './token.ts'
import { allOf, anyOf, type Search, type SearchProblem } from './tree.ts'

const maxLength = 4000
const maxDepth = 30
const maxTerms = 100

/** `problem` or `tree`, never both. */
export type ParsedSearch = { tree: Search; problem?: never } | { problem: SearchProblem; tree?: never }

type Cursor = { tokens: Token[]; next: number; depth: number }
type Read = Search | { problem: SearchProblem }

/**
 * The tree of a search text. An empty text asks for everything. Never throws: what cannot be understood is a problem
 * with its place and its remedy.
 */
export function parseSearch(text: string): ParsedSearch {
  if (text.length > maxLength)
    return problemAt(maxLength, text.length - maxLength, ({ tooLong }) => tooLong(maxLength))
  const tokens = readTokens(text)
  if (!Array.isArray(tokens)) return { problem: tokens }
  const tooMany = tokens.filter((token) => token.kind === 'text' || token.kind === 'field')[maxTerms]
  if (tooMany) return problemOf(tooMany, (texts) => texts.tooMany(maxTerms))
  const cursor = { tokens, next: 0, depth: 0 }
  if (tokens.length === 0) return { tree: { kind: 'everything' } }
  const tree = readAny(cursor)
  if ('problem' in tree) return tree
  const rest = cursor.tokens[cursor.next]
  return rest ? problemOf(rest, (texts) => texts.closesNothing()) : { tree }
}

function readAny(cursor: Cursor): Read {
  const parts: Search[] = []
  for (;;) {
    const part = readAll(cursor)
    if ('problem' in part) return part
    parts.push(part)
    if (cursor.tokens[cursor.next]?.kind !== 'OR') return anyOf(parts)
    cursor.next++
  }
}

function readAll(cursor: Cursor): Read {
  const parts: Search[] = []
  for (;;) {
    const part = readNot(cursor)
    if ('problem' in part) return part
    parts.push(part)
    const token = cursor.tokens[cursor.next]
    if (token === undefined || token.kind === ')' || token.kind === 'OR') return allOf(parts)
    if (token.kind === 'AND') cursor.next++
  }
}

function readNot(cursor: Cursor): Read {
  const token = cursor.tokens[cursor.next]
  if (token?.kind !== 'NOT') return readOne(cursor)
  return deeper(cursor, token, () => {
    cursor.next++
    const part = readNot(cursor)
    return 'problem' in part ? part : { kind: 'not', part }
  })
}

function readOne(cursor: Cursor): Read {
  const token = cursor.tokens[cursor.next]
  if (token === undefined) return nothingAfter(cursor)
  if (token.kind === '(') return deeper(cursor, token, () => readGroup(cursor, token))
  cursor.next++
  if (token.kind === 'text') return readText(token)
  if (token.kind === 'field') {
    const term = readTerm(token.key, token.keyQuoted, token.sign, token.value)
    return 'wrong' in term ? problemOf(token, term.wrong) : term
  }
  if (token.kind === ')') return problemOf(token, (texts) => texts.emptyBefore())
  return problemOf(token, (texts) => texts.nothingBefore(token.kind))
}

function readGroup(cursor: Cursor, open: Token): Read {
  cursor.next++
  const inner = readAny(cursor)
  if ('problem' in inner) return inner
  if (cursor.tokens[cursor.next]?.kind !== ')') return problemOf(open, (texts) => texts.notClosed())
  cursor.next++
  return inner
}

function readText(token: Extract<Token, { kind: 'text' }>): Read {
  const { text, quoted, prefix } = token
  if (text === '' && !quoted) return { kind: 'everything' }
  if (text.trim() === '') return problemOf(token, (texts) => texts.emptyQuotes())
  const id = quoted || prefix ? undefined : parseTraceId(text)
  return id ? { kind: 'id', of: 'trace', id } : { kind: 'text', text, prefix }
}

function nothingAfter(cursor: Cursor): Read {
  const last = cursor.tokens.at(-1)!
  if (last.kind === '(') return problemOf(last, (texts) => texts.opensNothing())
  return problemOf(last, (texts) => texts.nothingAfter(last.kind))
}

function deeper(cursor: Cursor, token: Token, read: () => Read): Read {
  if (cursor.depth === maxDepth) return problemOf(token, (texts) => texts.tooDeep(maxDepth))
  cursor.depth++
  const result = read()
  cursor.depth--
  return result
}

function problemOf(
  { at, length }: { at: number; length: number },
  mistake: Mistake,
): { problem: SearchProblem } {
  return problemAt(at, length, mistake)
}

function problemAt(at: number, length: number, mistake: Mistake): { problem: SearchProblem } {
  return { problem: { at, length, mistake: (texts) => mistake(repeatingLittle(texts)) } }
}
