import type { Search } from '@clew/search'
import type { SqlValue } from './open-segments.ts'
import { type Ask, all, always, any, type Condition, not } from './search-sql-condition.ts'
import { indexQuery } from './search-sql-index.ts'
import { type SearchScope, termCondition } from './search-sql-term.ts'

/** `where` is the exact condition on rows of `log` or `chain`; `parameters` are for its `?`, in their order. */
export type SearchSql = {
  where: string
  parameters: SqlValue[]
  /**
   * For lines: what `log_text MATCH ?` must find to lead the statement, with `where` checked on the lines of those blocks;
   * `undefined` when the index cannot narrow the search. It depends on the tree and on what `ask` says, nothing else.
   */
  match: string | undefined
}

/**
 * Compiles a search. The connection needs `defineLineMatches`.
 * `ask` gives the first column of the first row of a small statement, asked of the segment; for lines of all segments
 * that are searched, so that the index leads in all or in none. Without it nothing is taken for absent or common: a
 * search for an attribute is then not narrowed by the index, since the attribute might be that of a resource.
 */
export function compileSearch(
  tree: Search,
  { target, textSearch, ask = () => 1 }: { target: 'log' | 'chain'; textSearch: 'index' | 'scan'; ask?: Ask },
): SearchSql {
  const { sql, parameters } = compile(tree, { target, textSearch, ask })
  // The lines of one trace are fewer than those of any word.
  const narrows = target === 'log' && textSearch === 'index' && !asksForTrace(tree)
  return { where: `(${sql})`, parameters, match: narrows ? indexQuery(tree, ask) : undefined }
}

function compile(tree: Search, scope: SearchScope): Condition {
  switch (tree.kind) {
    case 'everything':
      return always
    case 'all':
      return all(tree.parts.map((part) => compile(part, scope)))
    case 'any':
      return any(tree.parts.map((part) => compile(part, scope)))
    case 'not':
      return not(compile(tree.part, scope))
    default:
      return termCondition(tree, scope)
  }
}

function asksForTrace(tree: Search): boolean {
  if (tree.kind === 'all') return tree.parts.some(asksForTrace)
  return tree.kind === 'id' && tree.of === 'trace'
}
