import { contextForWork, guard, runInContext, type Stop, suppressedRoot, wrapMethod } from '@clew/core'
import { identifyAttempt } from './attributes.ts'
import type { JobContexts } from './job-contexts.ts'
import {
  type BullMQ,
  type ChildProcessor,
  type JobMoves,
  metadataOf,
  owner,
  type SandboxJob,
} from './library.ts'
import { contextOfMaker, encodeMetadata, parseMetadata } from './metadata.ts'
import { type MetadataOption, withMetadata } from './producer.ts'

/** The side that hands jobs to sandboxes: the job's copy takes the context of the attempt along. */
export function attachSandboxes(bullmq: BullMQ, contexts: JobContexts, option: MetadataOption): Stop[] {
  return [
    wrapMethod(owner, bullmq.Job.prototype, 'asJSONSandbox', (toJson) => {
      return function (this: JobMoves, ...args) {
        const json = toJson.apply(this, args)
        const carry = (): SandboxJob => {
          const attempt = contexts.attemptOf(this)
          const metadata = attempt && encodeMetadata(attempt.context)
          return metadata ? { ...json, opts: withMetadata(json.opts, option, metadata) } : json
        }
        return guard('adding context to a sandboxed job', carry, json)
      }
    }),
    // A child lives on after the job that it was forked for.
    wrapMethod(owner, bullmq.ChildPool.prototype, 'retain', (retain) => {
      return function (this: object, ...args) {
        return runInContext(suppressedRoot, () => retain.apply(this, args))
      }
    }),
  ]
}

/** The side within a child process or worker thread: the processor runs below the span of the attempt. */
export function attachChild(childProcessor: { prototype: ChildProcessor }): Stop {
  return wrapMethod(owner, childProcessor.prototype, 'start', (start) => {
    return function (this: ChildProcessor, job, ...rest) {
      const context = guard(
        'reading the context of a sandboxed job',
        () => contextInChild(job),
        suppressedRoot,
      )
      return runInContext(context, () => start.call(this, job, ...rest))
    }
  })
}

function contextInChild(job: SandboxJob) {
  const metadata = parseMetadata(metadataOf(job.opts))
  return contextForWork(contextOfMaker(metadata), metadata?.fields, identifyAttempt(job))
}
