import { parseSearch } from './parse-search.ts'
import { printSearch } from './print-search.ts'
import { readTerm } from './term.ts'
import { allOf, partsOf, type Search, type SearchTerm } from './tree.ts'

/**
 * A search with one more condition: `key:value`, or `-key:value` when `negative`. The same condition is not added twice,
 * its opposite is replaced. `key` is a known key or that of an attribute. A text that is no search is kept as it is, with the
 * condition behind it.
 */
export function addFilter(text: string, key: string, value: string, negative: boolean): string {
  const term = filterTerm(key, value)
  const wanted: Search = negative ? { kind: 'not', part: term } : term
  const { tree } = parseSearch(text)
  if (tree === undefined) return `${text.trimEnd()} ${printSearch(wanted)}`
  const printed = printSearch(term)
  const others = partsOf(tree).filter(
    (part) => printSearch(part.kind === 'not' ? part.part : part) !== printed,
  )
  return printSearch(allOf([...others, wanted]))
}

function filterTerm(key: string, value: string): SearchTerm {
  const term = readTerm(key, false, ':', { text: value, quoted: true, prefix: false, at: 0, length: 0 })
  return 'wrong' in term ? { kind: 'attribute', key, match: { kind: 'equal', value } } : term
}

/** The conditions of a search that all must hold, each with the search without it. None of a text that is no search. */
export function searchParts(text: string): { part: string; without: string }[] {
  const { tree } = parseSearch(text)
  const parts = tree ? partsOf(tree) : []
  return parts.map((part, at) => ({
    part: printSearch(part),
    without: printSearch(allOf(parts.toSpliced(at, 1))),
  }))
}

/** Whether a search asks for `key:value`, or, when `negative`, for what does not have it. */
export function hasFilter(text: string, key: string, value: string, negative: boolean): boolean {
  const printed = addFilter('', key, value, negative)
  return searchParts(text).some(({ part }) => part === printed)
}

/** A search without the condition `key:value`, or, when `negative`, without its opposite. */
export function removeFilter(text: string, key: string, value: string, negative: boolean): string {
  const printed = addFilter('', key, value, negative)
  return searchParts(text).find(({ part }) => part === printed)?.without ?? text
}
