export { addFilter } from './add-filter.ts'
export { englishMistakes, type SearchMistakes } from './mistakes.ts'
export { type ParsedSearch, parseSearch } from './parse-search.ts'
export { printSearch } from './print-search.ts'
export { parseNumber } from './quantity.ts'
export { foldText, indexTerms, searchableText } from './searchable-text.ts'
export { type TextMatcher, textMatcher } from './text-matcher.ts'
export {
  type Compare,
  type FieldKey,
  type Has,
  type Level,
  levels,
  type Search,
  type SearchProblem,
  type SearchTerm,
  type TextMatch,
  wordsOf,
} from './tree.ts'
