import { setTimeout as delay } from 'node:timers/promises'
import { runInContext, suppressedRoot } from '@clew/core'
import type { Context } from '@opentelemetry/api'
import type { JobContexts } from './job-contexts.ts'
import type { Job, JobClass, JobLike, JobOptions, JobSource, QueueBase } from './library.ts'

const maxJobs = 10_000
const maxWaitMs = 1_000

/** What is read of a job to know its context. */
export type KnownJob = JobLike & Pick<Job, 'queueQualifiedName'>

/**
 * The contexts of jobs whose events QueueEvents of this process may see. Filled only for queues that have QueueEvents
 * here, and bounded: the oldest jobs are forgotten first.
 */
export type KnownJobs = {
  listen(queue: QueueBase): void
  unlisten(queue: QueueBase): void
  /** Whether jobs are to be remembered when they have been added. */
  readonly isListening: boolean
  /** Remembers jobs that have been added; never rejects. */
  rememberAll(jobs: readonly Job[]): Promise<unknown>
  /** What is being added, until all of it is known. */
  track(work: Promise<unknown>): void
  /**
   * Resolves when the jobs that are being added now are known, and after a second in any case: a job's events may come
   * before the answer to its maker. Never rejects.
   */
  whenAdded(): Promise<void>
  remember(job: KnownJob): void
  has(queue: QueueBase, id: string): boolean
  contextOf(queue: QueueBase, id: string): Context | undefined
}

export function createKnownJobs(contexts: JobContexts): KnownJobs {
  const listeners = new Map<string, number>()
  const known = new Map<string, Context>()
  const pending = new Set<Promise<unknown>>()

  const remember = (job: KnownJob): void => {
    if (job.id === undefined) return
    const key = `${job.queueQualifiedName}:${job.id}`
    if (known.has(key)) return
    if (known.size >= maxJobs) known.delete(known.keys().next().value as string)
    known.set(key, contexts.contextOfAnyAttempt(job))
  }
  const rememberAdded = async (job: Job): Promise<void> => {
    if (!listeners.has(job.queueQualifiedName)) return
    const stored = isCertainlyNew(job) ? job : await readStored(job)
    if (stored) remember(stored)
  }
  const track = (work: Promise<unknown>): void => {
    const settled: Promise<unknown> = work.catch(() => {}).then(() => pending.delete(settled))
    pending.add(settled)
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
    get isListening() {
      return listeners.size > 0
    },
    rememberAll: (jobs) => Promise.all(jobs.map(rememberAdded)),
    track,
    whenAdded: async () => {
      if (pending.size === 0) return
      const timer = new AbortController()
      const late = delay(maxWaitMs, undefined, { ref: false, signal: timer.signal }).catch(() => {})
      await Promise.race([Promise.all(pending), late])
      timer.abort()
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
    return await runInContext(suppressedRoot, () => fromId.call(job.constructor, job.queue, job.id as string))
  } catch {
    return undefined
  }
}

/**
 * What the context of a job is made of, without its data, which may be large; elsewhere than in Redis the whole job.
 * `undefined` when it is gone.
 */
export async function readJob(jobs: JobClass, source: JobSource, id: string): Promise<KnownJob | undefined> {
  const client = await (source.client ?? source.backend?.client)
  if (typeof client?.hmget !== 'function') return jobs.fromId(source, id)
  const [name, opts, repeatJobKey, timestamp] = await client.hmget(
    source.toKey(id),
    'name',
    'opts',
    'rjk',
    'timestamp',
  )
  if (typeof name !== 'string' || typeof opts !== 'string') return undefined
  const { name: queueName, qualifiedName: queueQualifiedName } = source
  return {
    id,
    name,
    opts: JSON.parse(opts),
    queueName,
    queueQualifiedName,
    repeatJobKey: repeatJobKey ?? undefined,
    timestamp: timestamp ? Number(timestamp) : undefined,
  }
}
