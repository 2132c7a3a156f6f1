import { matcherOf, type SearchedRecord } from './record-matcher.ts'
import type { Search } from './tree.ts'

/**
 * Whether a search may find a record of which only the severity and the service are known: `false` when it finds none such,
 * whatever else they have. So of many searches only a few need to be asked for each record.
 */
export function mayMatch(tree: Search, known: Pick<SearchedRecord, 'severityNumber' | 'service'>): boolean {
  return answerOf(tree, known) !== false
}

/** Undefined: it depends on more. */
function answerOf(
  tree: Search,
  known: Pick<SearchedRecord, 'severityNumber' | 'service'>,
): boolean | undefined {
  switch (tree.kind) {
    case 'all':
    case 'any': {
      const decisive = tree.kind === 'any'
      const answers = tree.parts.map((part) => answerOf(part, known))
      if (answers.includes(decisive)) return decisive
      return answers.includes(undefined) ? undefined : !decisive
    }
    case 'not': {
      const answer = answerOf(tree.part, known)
      return answer === undefined ? undefined : !answer
    }
    default:
      return isOfKnown(tree) ? matcherOf(tree)({ ...nothing, ...known }) : undefined
  }
}

function isOfKnown(term: Search): boolean {
  switch (term.kind) {
    case 'everything':
    case 'level':
      return true
    case 'has':
      return term.what === 'error'
    case 'field':
      return term.key === 'service'
    default:
      return false
  }
}

const nothing = {
  ...{ eventName: '', traceId: '', spanId: '', body: '', attributes: {}, resource: {}, folded: undefined },
}
