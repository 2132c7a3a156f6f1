import { contextForWork, rootContext, runInContext, type Stop, suppressedRoot, wrapMethod } from '@clew/core'
import type { Context } from '@opentelemetry/api'
import { identifyJob } from './attributes.ts'
import { type KnownJobs, readJob } from './known-jobs.ts'
import { type BullMQ, type JobClass, owner, type QueueEvents } from './library.ts'
import { contextOfCaller, emitIn } from './worker-events.ts'

/**
 * Runs the listeners of QueueEvents in the context of the job: its maker's, which with `lookup` is read of jobs that another
 * process added; else one that holds queue and job id.
 */
export function attachQueueEvents(bullmq: BullMQ, known: KnownJobs, lookup: boolean): Stop[] {
  const queueEvents = bullmq.QueueEvents.prototype
  const open = new WeakSet<QueueEvents>()

  const contextOfEvent = (events: QueueEvents, event: string | symbol, subject: unknown): Context => {
    const id = (subject as { jobId?: unknown } | undefined)?.jobId
    if (typeof id === 'string') {
      return known.contextOf(events, id) ?? contextForWork(rootContext, {}, identifyJob(events.name, id))
    }
    return event === 'error' || event === 'ioredis:close' ? rootContext : contextOfCaller()
  }

  return [
    wrapMethod(owner, queueEvents, 'emit', emitIn(contextOfEvent)),
    wrapMethod(owner, queueEvents, 'run', (run) => {
      return function (this: QueueEvents, ...args) {
        if (!open.has(this)) known.listen(this)
        open.add(this)
        return runInContext(suppressedRoot, () => run.apply(this, args))
      }
    }),
    wrapMethod(owner, queueEvents, 'close', (close) => {
      return function (this: QueueEvents, ...args) {
        if (open.delete(this)) known.unlisten(this)
        return close.apply(this, args)
      }
    }),
    wrapMethod(owner, queueEvents, 'checkConnectionError', (check) => {
      return async function (this: QueueEvents, ...args) {
        const batch = await check.apply(this, args)
        if (hasUnknownJobs(this, batch, known)) await known.whenAdded()
        if (lookup && hearsOfJobs(this)) await lookUpJobs(bullmq.Job, this, batch, known)
        return batch
      }
    }),
  ]
}

const atOnce = 100

/**
 * Reads the jobs of a batch of events that are not known yet, before the events are emitted. Jobs that are gone stay
 * unknown. Never rejects.
 */
async function lookUpJobs(
  jobs: JobClass,
  events: QueueEvents,
  batch: unknown,
  known: KnownJobs,
): Promise<void> {
  const unknown = [...jobIdsOf(batch)].filter((id) => !known.has(events, id))
  for (let i = 0; i < unknown.length; i += atOnce) {
    const ids = unknown.slice(i, i + atOnce)
    const found = await Promise.allSettled(ids.map((id) => readJob(jobs, events, id)))
    for (const one of found) if (one.status === 'fulfilled' && one.value) known.remember(one.value)
  }
}

// https://github.com/taskforcesh/bullmq/blob/master/src/classes/queue-events.ts (QueueEventsListener)
const jobEvents = [
  ...[
    'active',
    'added',
    'completed',
    'deduplicated',
    'delayed',
    'duplicated',
    'failed',
    'progress',
    'removed',
  ],
  ...['retries-exhausted', 'stalled', 'waiting', 'waiting-children'],
]

/** Whether the application listens to what happens to jobs; what BullMQ itself waits for is named `completed:<id>`. */
function hearsOfJobs(events: QueueEvents): boolean {
  return jobEvents.some((event) => events.listenerCount(event) > 0)
}

/** Whether a batch of events is of jobs that are not known yet. */
function hasUnknownJobs(events: QueueEvents, batch: unknown, known: KnownJobs): boolean {
  for (const id of jobIdsOf(batch)) if (!known.has(events, id)) return true
  return false
}

/** The job ids in what a blocking read returns: `[[stream, [[entryId, [name, value, …]], …]]]`. */
export function jobIdsOf(batch: unknown): Set<string> {
  const ids = new Set<string>()
  if (!Array.isArray(batch)) return ids
  const entries: unknown = batch[0]?.[1]
  for (const entry of Array.isArray(entries) ? entries : []) {
    const pairs: unknown = entry?.[1]
    if (!Array.isArray(pairs)) continue
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      if (pairs[i] === 'jobId' && typeof pairs[i + 1] === 'string') ids.add(pairs[i + 1])
    }
  }
  return ids
}
