import { activeContext, guard, runInContext, type Stop, withoutMark, wrapMethod } from '@clew/core'
import { type BullMQ, hasOwnTelemetry, type JobTemplate, owner, type Queue, type Trace } from './library.ts'
import { encodeMetadata } from './metadata.ts'
import { type MetadataOption, optionsToAdd } from './producer.ts'

const schedulerMetadata = Symbol('@clew/bullmq metadata for a job scheduler')

type Traced = { readonly opts: { readonly telemetry?: unknown } }

/**
 * Gives the first job of a scheduler the context of its maker; BullMQ hands it on from one iteration to the next.
 * Not through the template, which the application reads back.
 */
export function attachScheduler(bullmq: BullMQ, option: MetadataOption): Stop[] {
  const scheduler = bullmq.JobScheduler?.prototype
  if (!scheduler || typeof scheduler.trace !== 'function') return [attachByTemplate(bullmq, option)]
  return [
    wrapMethod(owner, bullmq.Queue.prototype, 'upsertJobScheduler', (upsert) => {
      return function (this: Queue, id, repeat, template, ...rest) {
        const work = (): ReturnType<typeof upsert> => upsert.call(this, id, repeat, template, ...rest)
        const metadata = hasOwnTelemetry(this)
          ? undefined
          : guard('encoding metadata', metadataHere, undefined)
        return metadata ? runInContext(activeContext().setValue(schedulerMetadata, metadata), work) : work()
      }
    }),
    wrapMethod(owner, scheduler as { trace: Trace }, 'trace', (trace) => {
      return function (this: Traced, ...args) {
        const ours = activeContext().getValue(schedulerMetadata)
        if (typeof ours === 'string' && !hasOwnTelemetry(this)) return args[3](undefined, ours)
        return trace.apply(this, args)
      }
    }),
  ]
}

// The oldest versions neither trace schedulers nor store their templates: what the template says goes into the job.
function attachByTemplate(bullmq: BullMQ, option: MetadataOption): Stop {
  return wrapMethod(owner, bullmq.Queue.prototype, 'upsertJobScheduler', (upsert) => {
    return function (this: Queue, id, repeat, template, ...rest) {
      const carry = (): JobTemplate | undefined => {
        const metadata = metadataHere()
        if (!metadata) return template
        const opts = optionsToAdd(template?.opts, this.defaultJobOptions, option, metadata)
        return opts ? { ...template, opts } : template
      }
      const carried = guard('adding context to a scheduler', carry, template)
      return upsert.call(this, id, repeat, carried, ...rest)
    }
  })
}

// Each run gets them, long after the trace that made the scheduler.
function metadataHere(): string | undefined {
  return encodeMetadata(withoutMark(activeContext()))
}
