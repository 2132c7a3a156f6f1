import { addFilter, parseSearch, printSearch, type Search } from '@clew/search'

/** The conditions of a search that all must hold, each with the search without it. */
export function searchParts(text: string): { part: string; without: string }[] {
  const parts = partsOf(text)
  return parts.map((part, at) => ({ part: printSearch(part), without: printAll(parts.toSpliced(at, 1)) }))
}

/** Whether a search asks for `key:value`, or, when `negative`, for what does not have it. */
export function hasFilter(text: string, key: string, value: string, negative: boolean): boolean {
  const printed = addFilter('', key, value, negative)
  return searchParts(text).some(({ part }) => part === printed)
}

/** A search without the condition `key:value`. */
export function removeFilter(text: string, key: string, value: string, negative: boolean): string {
  const printed = addFilter('', key, value, negative)
  return searchParts(text).find(({ part }) => part === printed)?.without ?? text
}

function partsOf(text: string): Search[] {
  const { tree } = parseSearch(text)
  if (tree === undefined || tree.kind === 'everything') return []
  return tree.kind === 'all' ? tree.parts : [tree]
}

function printAll(parts: Search[]): string {
  return parts.length === 1 ? printSearch(parts[0]!) : printSearch({ kind: 'all', parts })
}
