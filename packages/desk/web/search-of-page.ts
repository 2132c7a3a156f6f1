import { allOf, parseSearch, partsOf, printSearch } from '@clew/search'
import { param, setParams } from './url-state.ts'

/** Whether the page shows only what has an error: `errors=1` of the address, beside what is searched for. */
export function isErrorsOnly(): boolean {
  return param('errors').value === '1'
}

/** Turns {@link isErrorsOnly} on or off. */
export function showErrorsOnly(on: boolean): void {
  setParams({ errors: on ? 1 : undefined }, 'push')
}

/** What the desk is asked for: the search of the page, and with {@link isErrorsOnly} that there is an error. */
export function searchOfPage(): string {
  const q = param('q').value
  return isErrorsOnly() ? withErrors(q) : q
}

/** A search that finds of what another one finds only what has an error. A text that is no search stays one. */
export function withErrors(text: string): string {
  const { tree } = parseSearch(text)
  return tree ? printSearch(allOf([...partsOf(tree), { kind: 'has', what: 'error' }])) : text
}
