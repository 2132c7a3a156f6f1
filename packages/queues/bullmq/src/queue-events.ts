import {
  contextForWork,
  ROOT_CONTEXT,
  runInContext,
  type Stop,
  SUPPRESSED_ROOT,
  wrapMethod,
} from '@clew/core'
import type { Context } from '@opentelemetry/api'
import { identifyJob } from './attributes.ts'
import type { KnownJobs } from './known-jobs.ts'
import { type BullMQ, OWNER, type QueueEvents } from './library.ts'
import { contextOfCaller } from './listener-context.ts'
import { hasUnknownJobs, lookUpJobs } from './lookup.ts'
import { emitIn } from './worker-events.ts'

/**
 * Runs the listeners of QueueEvents in the context of the job: the maker's for jobs that this process added (with
 * `lookup` for all jobs), else one that holds queue and job id.
 */
export function attachQueueEvents(bullmq: BullMQ, known: KnownJobs, lookup: boolean): Stop[] {
  const queueEvents = bullmq.QueueEvents.prototype
  const open = new WeakSet<QueueEvents>()

  const contextOfEvent = (events: QueueEvents, event: string | symbol, subject: unknown): Context => {
    const id = (subject as { jobId?: unknown } | undefined)?.jobId
    if (typeof id === 'string') {
      return known.contextOf(events, id) ?? contextForWork(ROOT_CONTEXT, {}, identifyJob(events.name, id))
    }
    return event === 'error' || event === 'ioredis:close' ? ROOT_CONTEXT : contextOfCaller()
  }

  return [
    wrapMethod(OWNER, queueEvents, 'emit', emitIn(contextOfEvent)),
    wrapMethod(OWNER, queueEvents, 'run', (run) => {
      return function (this: QueueEvents, ...args) {
        if (!open.has(this)) known.listen(this)
        open.add(this)
        return runInContext(SUPPRESSED_ROOT, () => run.apply(this, args))
      }
    }),
    wrapMethod(OWNER, queueEvents, 'close', (close) => {
      return function (this: QueueEvents, ...args) {
        if (open.delete(this)) known.unlisten(this)
        return close.apply(this, args)
      }
    }),
    wrapMethod(OWNER, queueEvents, 'checkConnectionError', (check) => {
      return async function (this: QueueEvents, ...args) {
        const batch = await check.apply(this, args)
        if (hasUnknownJobs(this, batch, known)) await known.whenAdded()
        if (lookup) await lookUpJobs(bullmq.Job, this, batch, known)
        return batch
      }
    }),
  ]
}
