import { englishMistakes, type SearchMistakes } from '@clew/search'

/** What is wrong with a search. */
export const search: SearchMistakes = englishMistakes
