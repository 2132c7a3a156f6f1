import { contextForWork, rootContext, runInContext, type Stop, suppressedRoot, wrapMethod } from '@clew/core'
import type { Context } from '@opentelemetry/api'
import { identifyJob } from './attributes.ts'
import type { KnownJobs } from './known-jobs.ts'
import { type BullMQ, owner, type QueueEvents } from './library.ts'
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
        if (lookup) await lookUpJobs(bullmq.Job, this, batch, known)
        return batch
      }
    }),
  ]
}
