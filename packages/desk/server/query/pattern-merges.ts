import type { OpenSegments } from './open-segments.ts'

/** Which pattern stands for one that became a part of it. */
export type PatternMerges = (id: number) => number

type MergeRow = [id: number, merged: number]

export function patternMerges(segments: OpenSegments): PatternMerges {
  const merges = new Map(segments.withMerges()?.arrays<MergeRow>('SELECT id, merged FROM pattern_merge'))
  return (id) => merges.get(id) ?? id
}
