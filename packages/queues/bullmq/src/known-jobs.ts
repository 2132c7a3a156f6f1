import { guard, runInContext, SUPPRESSED_ROOT } from '@clew/core'
import type { Context } from '@opentelemetry/api'
import type { JobContexts } from './job-contexts.ts'
import type { Job, JobClass, JobOptions, QueueBase } from './library.ts'

const MAX_JOBS = 10_000

/**
 * The contexts of jobs whose events QueueEvents of this process may see. Filled only for queues that have QueueEvents
 * here, and bounded: the oldest jobs are forgotten first.
 */
export type KnownJobs = {
  listen(queue: QueueBase): void
  unlisten(queue: QueueBase): void
  /** Remembers jobs when they have been added, and settles as `adding` does. */
  afterAdding<T>(adding: Promise<T>, jobsOf: (added: T) => readonly Job[]): Promise<T>
  remember(job: Job): void
  has(queue: QueueBase, id: string): boolean
  contextOf(queue: QueueBase, id: string): Context | undefined
}

export function createKnownJobs(contexts: JobContexts): KnownJobs {
  const listeners = new Map<string, number>()
  const known = new Map<string, Context>()

  const remember = (job: Job): void => {
    if (job.id === undefined) return
    const key = `${job.queueQualifiedName}:${job.id}`
    if (known.has(key)) return
    if (known.size >= MAX_JOBS) known.delete(known.keys().next().value as string)
    known.set(key, contexts.contextOf(job))
  }
  const rememberAdded = (job: Job): void => {
    if (!listeners.has(job.queueQualifiedName)) return
    if (isCertainlyNew(job)) remember(job)
    else void readStored(job).then((stored) => stored && remember(stored))
  }

  return {
    listen: ({ qualifiedName }) => {
      listeners.set(qualifiedName, (listeners.get(qualifiedName) ?? 0) + 1)
    },
    unlisten: ({ qualifiedName }) => {
      const left = (listeners.get(qualifiedName) ?? 0) - 1
      if (left > 0) listeners.set(qualifiedName, left)
      else listeners.delete(qualifiedName)
      if (listeners.size === 0) known.clear()
    },
    afterAdding: (adding, jobsOf) => {
      if (listeners.size === 0) return adding
      return adding.then((added) => {
        guard('remembering jobs', () => jobsOf(added).forEach(rememberAdded), undefined)
        return added
      })
    },
    remember,
    has: (queue, id) => known.has(`${queue.qualifiedName}:${id}`),
    contextOf: (queue, id) => known.get(`${queue.qualifiedName}:${id}`),
  }
}

// With an id of the user's or deduplication, the id may be that of an older job, made by someone else.
function isCertainlyNew(job: Job): boolean {
  const { jobId, deduplication, debounce } = job.opts as JobOptions
  return !jobId && !deduplication && !debounce
}

/** The job as it is stored; `undefined` when it is gone or cannot be read. */
async function readStored(job: Job): Promise<Job | undefined> {
  const { fromId } = job.constructor as unknown as JobClass
  try {
    return await runInContext(SUPPRESSED_ROOT, () =>
      fromId.call(job.constructor, job.queue, job.id as string),
    )
  } catch {
    return undefined
  }
}
