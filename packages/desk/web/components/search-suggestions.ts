import { severityBands } from '@clew/otlp/severity'
import { addFilter, hasWords, isKnownKey, knownKeys } from '@clew/search'
import type { LogFacets } from '../../api/index.ts'

/** What may stand in the place of `from` to `to` of the search. `more`: it is a key, its value comes next. */
export type Suggestion = { text: string; more: boolean; count?: number }
export type Suggestions = { from: number; to: number; list: Suggestion[] }

/** Keys that have these values and no others. */
const knownValues = new Map<string, readonly string[]>([
  ['level', severityBands],
  ['has', hasWords],
])

const most = 12
/** The term in which the caret stands: without blanks and parentheses, but for those in quotes. */
const termPattern = /(?:"(?:[^"\\]|\\.)*"?|[^\s()"])*$/
const field = /^("(?:[^"\\]|\\.)*"|[^\s:<>="]+)(:|>=|<=|>|<)(.*)$/s

/** What could go on at the caret: keys, and behind a key its values as far as `facets` know them. */
export function suggestAt(text: string, caret: number, facets: LogFacets['facets']): Suggestions {
  const term = termPattern.exec(text.slice(0, caret))![0]
  const bare = term.replace(/^-/, '')
  const rest = /^[^\s()]*/.exec(text.slice(caret))![0]
  const [, key, sign, value] = field.exec(bare) ?? []
  const list =
    key !== undefined && sign !== undefined && value !== undefined
      ? suggestValues(unquote(key), sign, unquote(value), facets)
      : suggestKeys(bare, facets)
  return { from: caret - bare.length, to: caret + rest.length, list: list.slice(0, most) }
}

/** The search with a suggestion in its place, and where the caret then is. */
export function takeSuggestion(
  text: string,
  { from, to }: Suggestions,
  suggestion: Suggestion,
): { text: string; caret: number } {
  const before = text.slice(0, from) + suggestion.text + (suggestion.more ? '' : ' ')
  const behind = text.slice(to)
  return { text: before + (suggestion.more ? behind : behind.trimStart()), caret: before.length }
}

function suggestKeys(begun: string, facets: LogFacets['facets']): Suggestion[] {
  if (begun.startsWith('"')) return []
  const attributes = facets.map(({ name }) => name).filter((name) => !isKnownKey(name))
  const keys = [...knownKeys, ...attributes]
  return ranked(keys, begun)
    .filter((key) => key !== begun)
    .map((key) => ({ text: keyText(key), more: true }))
}

function keyText(key: string): string {
  if (key === 'dur') return 'dur>'
  if (isKnownKey(key)) return `${key}:`
  // As a filter of it is written, up to its value.
  return addFilter('', key, 'x', false).slice(0, -1)
}

function suggestValues(key: string, sign: string, begun: string, facets: LogFacets['facets']): Suggestion[] {
  const facet = facets.find(
    ({ name }) => name === key || (key === 'queue' && name === 'messaging.destination.name'),
  )
  const counts = new Map(facet?.values.map(({ value, count }) => [value, count]))
  const values = knownValues.get(key) ?? [...counts.keys()]
  if (sign !== ':' && key !== 'level') return []
  return ranked(values, begun).map((value) => {
    const count = counts.get(value)
    const text = sign === ':' ? addFilter('', key, value, false) : `${key}${sign}${value}`
    return { text, more: false, ...(count !== undefined && { count }) }
  })
}

/** Those that begin with a text come before those that only have it. */
function ranked(all: readonly string[], begun: string): string[] {
  const wanted = begun.toLowerCase()
  const places = all.map((one) => ({ one, place: one.toLowerCase().indexOf(wanted) }))
  return [...places.filter(({ place }) => place === 0), ...places.filter(({ place }) => place > 0)].map(
    ({ one }) => one,
  )
}

function unquote(text: string): string {
  return text.startsWith('"')
    ? text
        .slice(1)
        .replace(/"$/, '')
        .replace(/\\(["\\])/g, '$1')
    : text
}
