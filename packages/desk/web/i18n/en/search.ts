import { englishMistakes, type SearchMistakes } from '../../../search/index.ts'

/** What is wrong with a search. */
export const search: SearchMistakes = englishMistakes
