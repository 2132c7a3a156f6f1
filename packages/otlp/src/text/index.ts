export { attributeText, databaseOf, type SpanFacts, shortFields, spanFacts, valueText } from './attributes.ts'
export { formatDuration, formatOffset } from './duration.ts'
export { emptyRow, type RowKind, type RowText, spanDetail, type TreeRow, treeLines } from './rows.ts'
export { safeText, shortText } from './safe-text.ts'
