import { attributePaths, indexTerms, longObjectWord, maxWordsLength, type SearchTerm } from '@clew/search'
import { parseDecimal } from '@clew/settings'
import { all, any, type Condition, condition } from './search-sql-condition.ts'

export type AttributeMatch = Extract<SearchTerm, { kind: 'attribute' }>['match']

/**
 * The exact check of an attribute in a column of JSON, also of one in the objects that its key leads into. Numbers compare as
 * numbers, whatever their notation.
 */
export function attributeMatches(column: string, key: string, match: AttributeMatch): Condition {
  return any(
    attributePaths(key).map((path) => {
      const check = pathMatches(column, path, match)
      if (path.length === 1) return check
      // Before JSON is parsed for it: whether that attribute is an object at all. It is written without spaces.
      return all([condition(`instr(${column}, ?) > 0`, `${JSON.stringify(path[0])}:{`), check])
    }),
  )
}

/** The same of one way to the attribute, the names of objects one in another. */
export function pathMatches(column: string, names: readonly string[], match: AttributeMatch): Condition {
  const path = `$${names.map((name) => `.${JSON.stringify(name)}`).join('')}`
  const value = `json_extract(${column}, ?)`
  const type = `json_type(${column}, ?)`
  switch (match.kind) {
    case 'exists':
      return condition(`${type} IS NOT NULL`, path)
    case 'prefix':
      // What is no text as it is written; null has no beginning.
      return ifContained(
        column,
        match.value,
        condition(
          `substr(CASE ${type} WHEN 'text' THEN ${value} WHEN 'null' THEN NULL ELSE ${column} -> ? END, 1, ?) = ?`,
          ...[path, path, path],
          ...[Array.from(match.value).length, match.value],
        ),
      )
    case 'compare':
      return condition(
        `${type} IN ('integer', 'real') AND ${value} ${match.compare} ?`,
        path,
        path,
        match.number,
      )
    case 'equal': {
      const checks = [condition(`${value} = ?`, path, match.value)]
      const number = parseDecimal(match.value)
      if (number !== undefined) {
        checks.push(condition(`${type} IN ('integer', 'real') AND ${value} = ?`, path, path, number))
      }
      if (isConstant(match.value)) checks.push(condition(`${type} = ?`, path, match.value))
      return number === undefined ? ifContained(column, match.value, any(checks)) : any(checks)
    }
  }
}

/** Before JSON is parsed for it: whether the value is in there at all. Only for what JSON writes as it is. */
function ifContained(column: string, value: string, check: Condition): Condition {
  if (!/^[\w .:/@-]+$/.test(value)) return check
  return all([condition(`${column} LIKE ?`, `%${value}%`), check])
}

/** What the full-text index must have of a line with this attribute; `undefined`: it cannot tell. */
export function attributeIndexQuery(key: string, match: AttributeMatch): string | undefined {
  const words = valueWordsQuery(match)
  if (words === undefined || attributePaths(key).length === 1) return words
  // In an object such a character is written as others, which are part of the word behind it.
  if (match.kind !== 'compare' && match.kind !== 'exists' && escapedInJson.test(match.value)) return undefined
  return `(${words} OR "${longObjectWord}")`
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes these, and halves of pairs
const escapedInJson = /[\x00-\x1f]|\p{Surrogate}/u

function valueWordsQuery(match: AttributeMatch): string | undefined {
  if (match.kind === 'exists' || match.kind === 'compare' || isConstant(match.value)) return undefined
  const asWritten = valueIndexQuery(match.value, match.kind === 'prefix')
  const number = match.kind === 'equal' ? parseDecimal(match.value) : undefined
  if (number === undefined || asWritten === undefined) return asWritten
  return `(${asWritten} OR ${valueIndexQuery(String(number), false)})`
}

function valueIndexQuery(value: string, prefix: boolean): string | undefined {
  const terms = indexTerms(value.slice(0, maxWordsLength), prefix)
  // The last word may be cut there.
  const whole = value.length >= maxWordsLength ? terms.slice(0, -1) : terms
  return whole.length > 0 ? `(${whole.join(' AND ')})` : undefined
}

function isConstant(value: string): boolean {
  return value === 'true' || value === 'false' || value === 'null'
}
