import type { Options } from './options.ts'

export type Relation = Options['relation']

const manyJobs = 100
const longDelayMs = 3_600_000

/** What is known of a job at the start of each of its attempts, so that all its attempts decide alike. */
export type RelationFacts = {
  /** Jobs that were added together with this one. */
  jobs: number
  delayMs: number
  schedulerId: string | undefined
}

/** Whether the attempts of a job belong into the trace of its maker; otherwise each starts a trace with a link. */
export function joinsTraceOfMaker(relation: Relation, facts: RelationFacts): boolean {
  // A scheduler would make a trace without end.
  if (facts.schedulerId !== undefined) return false
  if (relation !== 'auto') return relation === 'parent'
  return facts.jobs <= manyJobs && facts.delayMs <= longDelayMs
}

export function relationOf(queue: string, options: Pick<Options, 'relation' | 'relations'>): Relation {
  return options.relations[queue] ?? options.relation
}
