import { indexTerms, type Search } from '@clew/search'
import { textBlock } from '../schema/tables.ts'
import { type AttributeMatch, attributeIndexQuery, attributeMatches } from './search-sql-attribute.ts'
import { type Ask, resourcesWith } from './search-sql-condition.ts'

const linesDown = Array.from({ length: textBlock }, (_, index) => `(${textBlock - 1 - index})`).join()

/**
 * The lines of the blocks that the full-text index finds, each looked up by its id: of a range of ids SQLite would not
 * know the order, and might take the index of time instead.
 */
export const indexedLines: string = `log_text CROSS JOIN (VALUES ${linesDown}) AS line
  CROSS JOIN log ON log.id = log_text.rowid * ${textBlock} + line.column1`

/** The same of spans. */
export const indexedSpans: string = `span_text CROSS JOIN (VALUES ${linesDown}) AS line
  CROSS JOIN span ON span.id = span_text.rowid * ${textBlock} + line.column1`

/**
 * What the full-text index must have of each line that the search finds, as an FTS5 query; `undefined` when it cannot
 * narrow the search.
 */
export function indexQuery(tree: Search, ask: Ask): string | undefined {
  switch (tree.kind) {
    case 'text':
      return textIndexQuery(tree.text, tree.prefix)
    case 'attribute':
      return ofAttribute(tree.key, tree.match, ask)
    case 'field':
      return tree.key === 'queue' ? ofAttribute('messaging.destination.name', tree.match, ask) : undefined
    case 'all': {
      const queries = tree.parts.flatMap((part) => indexQuery(part, ask) ?? [])
      return queries.length > 0 ? `(${queries.join(' AND ')})` : undefined
    }
    case 'any': {
      const queries = tree.parts.map((part) => indexQuery(part, ask))
      return queries.includes(undefined) ? undefined : `(${queries.join(' OR ')})`
    }
    default:
      return undefined
  }
}

export function textIndexQuery(text: string, prefix: boolean): string | undefined {
  const terms = indexTerms(text, prefix)
  return terms.length > 0 ? `(${terms.join(' AND ')})` : undefined
}

function ofAttribute(key: string, match: AttributeMatch, ask: Ask): string | undefined {
  const query = attributeIndexQuery(key, match)
  // Attributes of resources are not in the index.
  const isNarrow =
    query !== undefined && resourcesWith(attributeMatches('attributes', key, match), ask) === undefined
  return isNarrow ? query : undefined
}
