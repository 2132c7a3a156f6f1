/** How work on a message stands to the trace of its maker: in it, or in a trace of its own with a link. */
export type Relation<Reason extends string = never> = {
  readonly relation: 'parent' | 'link'
  /** What decided: the options, or with `auto` what is known of the message. */
  readonly reason: 'configured' | 'bulk' | 'delay' | 'plain' | Reason
}

/** What `relation` may be set to. */
export type WantedRelation = 'auto' | 'parent' | 'link'

const manyTogether = 100
const longWaitMs = 3_600_000

// One object each, as it is decided for every message.
const configuredParent: Relation = { relation: 'parent', reason: 'configured' }
const configuredLink: Relation = { relation: 'link', reason: 'configured' }
const bulk: Relation = { relation: 'link', reason: 'bulk' }
const delay: Relation = { relation: 'link', reason: 'delay' }
const plain: Relation = { relation: 'parent', reason: 'plain' }

/**
 * The relation of one message or job, by what was wanted. With `auto` it is in the trace of its maker, unless it was made `together`
 * with more than a hundred others or has waited, or was to wait, for more than an hour: such a trace would have no
 * end that anybody looks for.
 */
export function decideRelation(
  wanted: WantedRelation,
  { together, waitMs }: { readonly together: number; readonly waitMs: number },
): Relation {
  if (wanted !== 'auto') return wanted === 'parent' ? configuredParent : configuredLink
  if (together > manyTogether) return bulk
  return waitMs > longWaitMs ? delay : plain
}

/** Whether so many are told to whoever takes them. */
export function areMany(together: number): boolean {
  return together > manyTogether
}
