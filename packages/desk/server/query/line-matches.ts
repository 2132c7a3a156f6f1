import type { DatabaseSync } from 'node:sqlite'
import { foldText, maxWordsLength, type TextMatcher, textMatcher } from '@clew/search'

/** What `line_matches` takes as its third parameter. */
export function lineTerm(text: string, prefix: boolean): string {
  return `${prefix ? '*' : '='}${text}`
}

/**
 * Adds `line_matches(body, attributes, term)` to a connection: 1 when the body, or one value of the attributes (JSON), has
 * the words of a {@link lineTerm}. Of an attribute as many characters count as the full-text index has.
 */
export function defineLineMatches(database: DatabaseSync): void {
  const matcherOf = rememberedMatchers()
  database.function('line_matches', { deterministic: true }, (body, attributes, term) => {
    const matcher = matcherOf(String(term))
    return matcher.matches(foldText(String(body))) || anyValueMatches(String(attributes), matcher) ? 1 : 0
  })
}

const maxMatchers = 500

function rememberedMatchers(): (term: string) => TextMatcher {
  const matchers = new Map<string, TextMatcher>()
  return (term) => {
    const known = matchers.get(term)
    if (known !== undefined) return known
    const matcher = textMatcher(term.slice(1), term.startsWith('*'))
    if (matchers.size >= maxMatchers) matchers.clear()
    matchers.set(term, matcher)
    return matcher
  }
}

function anyValueMatches(attributes: string, matcher: TextMatcher): boolean {
  if (attributes === '' || attributes === '{}') return false
  // Letters and digits are in JSON as they are, so most lines need no parsing.
  const folded = matcher.words.length > 0 ? foldText(attributes) : ''
  if (!matcher.words.every((word) => folded.includes(word))) return false
  return Object.values(JSON.parse(attributes)).some((value) => matcher.matches(foldText(searchedText(value))))
}

function searchedText(value: unknown): string {
  if (value === null || typeof value === 'boolean') return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.slice(0, maxWordsLength)
}
