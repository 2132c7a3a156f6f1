import { addFilter } from '@clew/search'
import { param, setParams } from '../../url-state.ts'
import { hasFilter, removeFilter } from './search-parts.ts'

/** Searches for lines with `key:value`, or, when `negative`, without; a condition that is there is taken away. */
export function toggleFilter(key: string, value: string, negative: boolean): void {
  const text = param('q').peek()
  const change = hasFilter(text, key, value, negative) ? removeFilter : addFilter
  searchFor(change(text, key, value, negative))
}

/** Shows the list of a search, also when lines around another are shown. */
export function searchFor(q: string): void {
  setParams({ q, around: undefined, count: undefined, service: undefined }, 'push')
}
