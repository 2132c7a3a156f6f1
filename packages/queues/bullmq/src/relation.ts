import { decideRelation, type Relation } from '@clew/core/messaging'
import type { JobLike, JobOptions } from './library.ts'
import type { Metadata } from './metadata.ts'
import type { Options } from './options.ts'

const ofNobody = { jobs: 1, isOwnTrace: false }

// One object each, as it is decided for every attempt.
const scheduler: Relation<'scheduler'> = { relation: 'link', reason: 'scheduler' }

/**
 * How the attempts of a job stand to the trace of its maker, by what is known of the job at the start of each of them, so that all its
 * attempts decide alike. `jobs` is the number of jobs that were added together with this one; a trace of its own need not be kept short.
 */
export function relationOf(
  job: Pick<JobLike, 'queueName' | 'opts' | 'repeatJobKey'>,
  { jobs, isOwnTrace }: Pick<Metadata, 'jobs' | 'isOwnTrace'> = ofNobody,
  options: Pick<Options, 'relation' | 'relations'>,
): Relation<'scheduler'> {
  // A scheduler would make a trace without end.
  if (job.repeatJobKey) return scheduler
  const wanted = options.relations[job.queueName] ?? options.relation
  const waitMs = (job.opts as JobOptions).delay ?? 0
  return decideRelation(wanted, isOwnTrace ? { together: 1, waitMs: 0 } : { together: jobs, waitMs })
}
