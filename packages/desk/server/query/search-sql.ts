import type { Search } from '@clew/search'
import type { SqlValue } from './open-segments.ts'
import { all, always, any, type Condition, not } from './search-sql-condition.ts'
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

export type SearchOf = Pick<SearchScope, 'target' | 'textSearch'> & Partial<SearchScope>

/**
 * Compiles a search. The connection needs `defineLineMatches`.
 * `ask` gives the first column of the first row of a small statement, asked of the segment; for lines of all segments
 * that are searched, so that the index leads in all or in none. Without it nothing is taken for absent or common: a
 * search for an attribute is then not narrowed by the index, since the attribute might be that of a resource.
 */
export function compileSearch(
  tree: Search,
  { target, textSearch, hasSpanText = false, ask = () => 1, idsOfPattern = (id) => [id] }: SearchOf,
): SearchSql {
  const { sql, parameters } = compile(tree, { target, textSearch, hasSpanText, ask, idsOfPattern })
  // The lines of one trace are fewer than those of any word.
  const narrows = target === 'log' && textSearch === 'index' && !asksForTrace(tree)
  return { where: `(${sql})`, parameters, match: narrows ? indexQuery(tree, ask) : undefined }
}

function compile(tree: Search, scope: SearchScope): Condition {
  switch (tree.kind) {
    case 'everything':
      return always
    case 'all':
      return all(cheapFirst(tree.parts).map((part) => compile(part, scope)))
    case 'any':
      return any(tree.parts.map((part) => compile(part, scope)))
    case 'not':
      return not(compile(tree.part, scope))
    default:
      return termCondition(tree, scope)
  }
}

/** SQLite asks in the order written: what an index or a column says before what must be read and compared as text. */
function cheapFirst(parts: readonly Search[]): Search[] {
  return parts.toSorted((a, b) => costOf(a) - costOf(b))
}

function costOf(tree: Search): number {
  switch (tree.kind) {
    case 'all':
    case 'any':
      return Math.max(...tree.parts.map(costOf))
    case 'not':
      return costOf(tree.part)
    case 'text':
      return 3
    case 'attribute':
    case 'duration':
      return 2
    case 'field':
      return tree.key === 'service' ? 0 : 2
    default:
      return 0
  }
}

export function asksForTrace(tree: Search): boolean {
  if (tree.kind === 'all') return tree.parts.some(asksForTrace)
  return tree.kind === 'id' && tree.of === 'trace'
}
