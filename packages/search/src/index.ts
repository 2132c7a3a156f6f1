export { attributePaths } from './attribute-path.ts'
export { addFilter, hasFilter, removeFilter, searchParts } from './filters.ts'
export { mayMatch } from './may-match.ts'
export { englishMistakes, type SearchMistakes } from './mistakes.ts'
export { type ParsedSearch, parseSearch } from './parse-search.ts'
export { printSearch } from './print-search.ts'
export {
  fieldOf,
  fieldValue,
  matcherOf,
  type RecordMatcher,
  type SearchedRecord,
  severityRange,
  termsBeyondRecord,
} from './record-matcher.ts'
export { foldText, indexTerms, searchableText } from './searchable-text.ts'
export { parseTraceId } from './term.ts'
export { type TextMatcher, textMatcher } from './text-matcher.ts'
export {
  allOf,
  type Compare,
  type FieldKey,
  type Has,
  hasWords,
  isKnownKey,
  type KnownKey,
  knownKeys,
  partsOf,
  type Search,
  type SearchProblem,
  type SearchTerm,
  type TextMatch,
  wordsOf,
} from './tree.ts'
export {
  cutText,
  keyJson,
  longObjectWord,
  maxWordsLength,
  type SearchedValue,
  valueJson,
  valueText,
} from './value-text.ts'
