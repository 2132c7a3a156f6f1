import type { JobLike, JobOptions } from './library.ts'
import type { Metadata } from './metadata.ts'
import type { Options } from './options.ts'

/** How the attempts of a job stand to the trace of its maker: in it, or each in a trace of its own with a link. */
export type Relation = {
  readonly relation: 'parent' | 'link'
  /** What decided: the options, or with `auto` the kind of job. */
  readonly reason: 'configured' | 'scheduler' | 'bulk' | 'delay' | 'plain'
}

const manyJobs = 100
const longDelayMs = 3_600_000

const ofNobody = { jobs: 1, isOwnTrace: false }

// One object each, as it is decided for every attempt.
const scheduler: Relation = { relation: 'link', reason: 'scheduler' }
const configuredParent: Relation = { relation: 'parent', reason: 'configured' }
const configuredLink: Relation = { relation: 'link', reason: 'configured' }
const bulk: Relation = { relation: 'link', reason: 'bulk' }
const delay: Relation = { relation: 'link', reason: 'delay' }
const plain: Relation = { relation: 'parent', reason: 'plain' }

/**
 * By what is known of a job at the start of each of its attempts, so that all its attempts decide alike. `jobs` is the
 * number of jobs that were added together with this one; a trace of its own need not be kept short.
 */
export function relationOf(
  job: Pick<JobLike, 'queueName' | 'opts' | 'repeatJobKey'>,
  { jobs, isOwnTrace }: Pick<Metadata, 'jobs' | 'isOwnTrace'> = ofNobody,
  options: Pick<Options, 'relation' | 'relations'>,
): Relation {
  // A scheduler would make a trace without end.
  if (job.repeatJobKey) return scheduler
  const wanted = options.relations[job.queueName] ?? options.relation
  if (wanted !== 'auto') return wanted === 'parent' ? configuredParent : configuredLink
  if (isOwnTrace) return plain
  if (jobs > manyJobs) return bulk
  return ((job.opts as JobOptions).delay ?? 0) > longDelayMs ? delay : plain
}
