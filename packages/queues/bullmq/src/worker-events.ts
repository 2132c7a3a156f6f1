import {
  activeContext,
  contextForWork,
  guard,
  isTracingSuppressed,
  rootContext,
  runInContext,
  type Stop,
  wrapMethod,
} from '@clew/core'
import type { Context } from '@opentelemetry/api'
import { identifyJob } from './attributes.ts'
import type { JobContexts } from './job-contexts.ts'
import type { JobRecords } from './job-records.ts'
import { type BullMQ, type Emit, type Job, owner, type QueueBase, type Worker } from './library.ts'

/** Events that come from connections and timers: they belong to no request, whoever made the object. */
const ofNobody: ReadonlySet<string | symbol> = new Set([
  'error',
  'drained',
  'ready',
  'ioredis:close',
  'locksRenewed',
  'lockRenewalFailed',
])

/**
 * Runs the listeners of workers in the context of the job they are told of, those of queues in the caller's. Jobs that stall, or
 * fail where no worker has them, are told of by these events alone.
 */
export function attachWorkerEvents(bullmq: BullMQ, contexts: JobContexts, records: JobRecords): Stop[] {
  const isJob = (value: unknown): value is Job => value instanceof (bullmq.Job as unknown as new () => Job)

  const contextOfWorkerEvent = (worker: QueueBase, event: string | symbol, subject: unknown): Context => {
    if (isJob(subject)) return contexts.contextOf(subject)
    if (event === 'stalled') return contextForWork(rootContext, {}, identifyJob(worker.name, String(subject)))
    return ofNobody.has(event) ? rootContext : contextOfCaller()
  }
  const contextOfQueueEvent = (_: object, event: string | symbol): Context =>
    ofNobody.has(event) ? rootContext : contextOfCaller()

  return [
    wrapMethod(owner, bullmq.Worker.prototype, 'emit', (emit) => {
      const emitInContext = emitIn(contextOfWorkerEvent)(emit)
      return function (this: Worker, event, ...args) {
        if (event === 'stalled') void records.stalled(this, String(args[0]))
        else if (event === 'failed' && isJob(args[0])) records.failed(args[0], args[1])
        return emitInContext.call(this, event, ...args)
      }
    }),
    wrapMethod(owner, bullmq.Queue.prototype, 'emit', emitIn(contextOfQueueEvent)),
    wrapMethod(owner, bullmq.FlowProducer.prototype, 'emit', emitIn(contextOfQueueEvent)),
  ]
}

/** A wrap of `emit` that runs the listeners in the context of the event. */
export function emitIn<T extends object>(
  contextOf: (emitter: T, event: string | symbol, subject: unknown) => Context,
): (emit: Emit) => Emit {
  return (emit) =>
    function (this: T, event, ...args) {
      const { listenerCount } = this as unknown as { listenerCount?(name: string | symbol): number }
      if (listenerCount?.call(this, event) === 0) return emit.call(this, event, ...args)
      const context = guard(
        'finding the context of an event',
        () => contextOf(this, event, args[0]),
        rootContext,
      )
      return runInContext(context, () => emit.call(this, event, ...args))
    }
}

/** The context of whoever caused an event, or none when that was BullMQ's own housekeeping. */
export function contextOfCaller(): Context {
  const context = activeContext()
  return isTracingSuppressed(context) ? rootContext : context
}
