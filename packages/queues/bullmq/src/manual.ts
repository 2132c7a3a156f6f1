import { failSpan, guard, type Stop, wrapMethod } from '@clew/core'
import { outcomeOf } from './attributes.ts'
import { runAttempt } from './consumer.ts'
import type { JobContexts } from './job-contexts.ts'
import type { JobRecords } from './job-records.ts'
import { type BullMQ, hasOwnTelemetry, type JobLike, type JobMoves, owner } from './library.ts'

// Set while the instrumentation runs; one per process, as startInstrumentation sees to.
let running: JobContexts | undefined

/**
 * Runs `work` as an attempt of a job that was fetched by hand (`worker.getNextJob()`): in the context of the job, in a
 * span that ends when `work` settles and fails when `work` throws or moves the job to failed. While the
 * instrumentation does not run it only calls `work`. Throws only what `work` throws.
 *
 * @example
 * const job = await worker.getNextJob(token)
 * if (job) await withJob(job, async () => job.moveToCompleted(await send(job.data), token, false))
 */
export function withJob<T>(job: JobLike, work: () => T): T {
  const contexts = running
  const attempt = contexts && guard('starting an attempt', () => contexts.begin(job), undefined)
  return contexts && attempt ? runAttempt(contexts, attempt, work) : work()
}

/**
 * Jobs that end without a processor: fetched by hand, or failed by BullMQ on account of a child or of too many starts.
 * Their span is told afterwards, from the time at which BullMQ handed the job out.
 */
export function attachManual(bullmq: BullMQ, contexts: JobContexts, records: JobRecords): Stop[] {
  const tell = (job: JobMoves, error?: unknown): void => {
    const attempt = contexts.attemptOf(job)
    if (attempt) {
      if (attempt.span && error !== undefined && !outcomeOf(error)) failSpan(attempt.span, error)
    } else if (job.processedOn !== undefined && !hasOwnTelemetry(job.queue)) {
      contexts.end(contexts.begin(job, job.processedOn), error)
    }
  }
  running = contexts
  return [
    wrapMethod(owner, bullmq.Job.prototype, 'moveToCompleted', (move) => {
      return function (this: JobMoves, ...args) {
        guard('telling of a job', () => tell(this), undefined)
        return move.apply(this, args)
      }
    }),
    wrapMethod(owner, bullmq.Job.prototype, 'moveToFailed', (move) => {
      return function (this: JobMoves, ...args) {
        guard('telling of a job', () => tell(this, args[0] ?? new Error('failed')), undefined)
        return move.apply(this, args).then((result) => {
          records.failed(this, args[0])
          return result
        })
      }
    }),
    () => {
      if (running === contexts) running = undefined
    },
  ]
}
