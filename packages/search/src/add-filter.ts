import { parseSearch } from './parse-search.ts'
import { printSearch } from './print-search.ts'
import { readTerm } from './term.ts'
import { allOf, type Search, type SearchTerm } from './tree.ts'

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
  const parts = tree.kind === 'all' ? tree.parts : [tree]
  const printed = printSearch(term)
  const others = parts.filter((part) => printSearch(part.kind === 'not' ? part.part : part) !== printed)
  return printSearch(allOf([...others, wanted]))
}

function filterTerm(key: string, value: string): SearchTerm {
  const term = readTerm(key, false, ':', { text: value, quoted: true, prefix: false, at: 0, length: 0 })
  return 'wrong' in term ? { kind: 'attribute', key, match: { kind: 'equal', value } } : term
}
