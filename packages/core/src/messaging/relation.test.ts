import { expect, test } from 'vitest'
import { decideRelation, type WantedRelation } from './relation.ts'

test.each<[wanted: WantedRelation, together: number, waitMs: number, relation: string, reason: string]>([
  ['auto', 1, 0, 'parent', 'plain'],
  ['auto', 100, 3_600_000, 'parent', 'plain'],
  ['auto', 101, 0, 'link', 'bulk'],
  ['auto', 101, 3_600_001, 'link', 'bulk'],
  ['auto', 1, 3_600_001, 'link', 'delay'],
  ['auto', 1, Number.NaN, 'parent', 'plain'],
  ['parent', 101, 3_600_001, 'parent', 'configured'],
  ['link', 1, 0, 'link', 'configured'],
])('%s: of %i together, after %i ms, is %s (%s)', (wanted, together, waitMs, relation, reason) => {
  expect(decideRelation(wanted, { together, waitMs })).toEqual({ relation, reason })
})
