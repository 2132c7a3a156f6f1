import { englishMistakes, parseSearch, type Search } from '@clew/search'
import { storeError } from '../store/store-error.ts'

/** The search of a parameter; nothing given asks for everything. Throws a StoreError `invalid` with the place. */
export function searchOf(text: string | undefined): Search {
  const parsed = parseSearch(text ?? '')
  if (parsed.tree !== undefined) return parsed.tree
  const { at, mistake } = parsed.problem
  throw storeError('invalid', `search, character ${at + 1}: ${mistake(englishMistakes)}`)
}
