/** A regular expression as far as it matters what it costs. */
export type PatternTree =
  /** A character, a class, an escape; `none` is an assertion, which reads nothing. */
  | { type: 'one' | 'none' | 'backreference' }
  /** Parts behind one another, or alternatives. */
  | { type: 'sequence' | 'choice'; parts: readonly PatternTree[] }
  /** What stands before or behind and is not taken. */
  | { type: 'look'; part: PatternTree }
  /** `to` is infinite where nothing is said; `text` is how it is written. */
  | { type: 'repeat'; part: PatternTree; from: number; to: number; text: string }

type Cursor = { readonly source: string; readonly one: RegExp; at: number }

/** Reads an expression that is known to be valid, without the flag `v`. */
export function readPattern(source: string, isUnicode = false): PatternTree {
  return readChoice({ source, one: isUnicode ? unicodeOne : one, at: 0 })
}

function readChoice(cursor: Cursor): PatternTree {
  const parts = [readSequence(cursor)]
  while (take(cursor, /\|/y) !== undefined) parts.push(readSequence(cursor))
  return parts.length === 1 ? parts[0]! : { type: 'choice', parts }
}

function readSequence(cursor: Cursor): PatternTree {
  const parts: PatternTree[] = []
  while (cursor.at < cursor.source.length && !/[|)]/.test(cursor.source[cursor.at]!))
    parts.push(readTerm(cursor))
  return { type: 'sequence', parts }
}

function readTerm(cursor: Cursor): PatternTree {
  const start = cursor.at
  const part = readAtom(cursor)
  const sign = take(cursor, /[*+?]|\{\d+(?:,\d*)?\}/y)
  if (sign === undefined) return part
  // Whether it takes little or much first is the same in how many ways.
  take(cursor, /\?/y)
  const [from, to] = boundsOf(sign)
  return { type: 'repeat', part, from, to, text: cursor.source.slice(start, cursor.at) }
}

function readAtom(cursor: Cursor): PatternTree {
  if (take(cursor, /\\b|[$^]/iy) !== undefined) return { type: 'none' }
  if (take(cursor, /\\(?:[1-9]|k<)/y) !== undefined) return { type: 'backreference' }
  if (take(cursor, cursor.one) !== undefined) return { type: 'one' }
  const isLook = take(cursor, /\(\?<?[=!]/y) !== undefined
  if (!isLook) take(cursor, /\((?:\?(?:<\w+>|[a-z]*(?:-[a-z]*)?:))?/y)
  const part = readChoice(cursor)
  take(cursor, /\)/y)
  return isLook ? { type: 'look', part } : part
}

/** A character or a class. Without the flag `u` the braces behind `\u` and `\p` are a repetition. */
const one = characterOrClass('')
const unicodeOne = characterOrClass('u\\{[\\dA-Fa-f]+\\}|[pP]\\{[^}]*\\}|')

function characterOrClass(more: string): RegExp {
  const escaped = `\\\\(?:x[\\dA-Fa-f]{2}|u[\\dA-Fa-f]{4}|${more}c[A-Za-z]|[\\s\\S])`
  return new RegExp(`${escaped}|\\[(?:${escaped}|[^\\]\\\\])*\\]|[^\\\\(\\[]`, 'y')
}

function boundsOf(sign: string): [number, number] {
  if (sign === '*') return [0, Number.POSITIVE_INFINITY]
  if (sign === '+') return [1, Number.POSITIVE_INFINITY]
  if (sign === '?') return [0, 1]
  const [from = 0, to] = sign
    .slice(1, -1)
    .split(',')
    .map((text) => (text === '' ? Number.POSITIVE_INFINITY : Number(text)))
  return [from, to ?? from]
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at
  const [found] = pattern.exec(cursor.source) ?? []
  if (found !== undefined) cursor.at += found.length
  return found
}
