import { parseSearch, printSearch, type Search } from '@clew/search'
import type { OpenSegments } from './open-segments.ts'
import type { Parameters } from './parameters.ts'

/** Which pattern stands for one that became a part of it. */
export type PatternMerges = {
  resolve(id: number): number
  /** All ids that mean what `id` means now. */
  idsOf(id: number): number[]
}

const mergeSql = 'SELECT id, merged FROM pattern_merge'

type MergeRow = [id: number, merged: number]

/** The newest segment that has any knows those of all segments. */
export function patternMerges(segments: OpenSegments): PatternMerges {
  const newest = segments.newestFirst().find(({ hasMerges }) => hasMerges)
  const merges = new Map(newest?.arrays<MergeRow>(mergeSql))
  const resolve = (id: number): number => merges.get(id) ?? id
  return {
    resolve,
    idsOf(id) {
      const now = resolve(id)
      return [now, ...[...merges].filter(([, merged]) => merged === now).map(([one]) => one)]
    },
  }
}

/** A search for a pattern asks for all that became a part of it, too: their lines have the ids of then. */
export function withMergedPatterns(segments: OpenSegments, parameters: Parameters): Parameters {
  const { q } = parameters
  if (q === undefined || !/pattern/i.test(q)) return parameters
  const { tree } = parseSearch(q)
  if (tree === undefined) return parameters
  const merges = patternMerges(segments)
  return { ...parameters, q: printSearch(widenPatterns(tree, merges)) }
}

function widenPatterns(tree: Search, merges: PatternMerges): Search {
  switch (tree.kind) {
    case 'all':
    case 'any':
      return { ...tree, parts: tree.parts.map((part) => widenPatterns(part, merges)) }
    case 'not':
      return { ...tree, part: widenPatterns(tree.part, merges) }
    case 'pattern': {
      const [id = tree.id, ...others] = merges.idsOf(tree.id)
      const term = { kind: 'pattern', id } as const
      if (others.length === 0) return term
      return { kind: 'any', parts: [term, ...others.map((other) => ({ ...term, id: other }))] }
    }
    default:
      return tree
  }
}
