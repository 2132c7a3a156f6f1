import { guard, runInContext, type Stop, wrapMethod } from '@clew/core'
import type { JobContexts } from './job-contexts.ts'
import { type BullMQ, owner, type Worker } from './library.ts'
import { runAttempt } from './run-attempt.ts'

/** Gives each run of a processor its span and context, be it a function or a sandbox. */
export function attachConsumer(bullmq: BullMQ, contexts: JobContexts): Stop[] {
  return [
    wrapMethod(owner, bullmq.Worker.prototype, 'callProcessJob', (callProcessJob) => {
      return function (this: Worker, job, ...rest) {
        const attempt = guard('starting an attempt', () => contexts.begin(job), undefined)
        const work = (): unknown => callProcessJob.call(this, job, ...rest)
        return attempt ? runAttempt(contexts, attempt, work) : work()
      }
    }),
    // A backoff strategy is the user's code too; it runs amid BullMQ's own commands.
    wrapMethod(owner, bullmq.Backoffs, 'calculate', (calculate) => {
      return function (this: unknown, ...args) {
        const job = args[3]
        const attempt = typeof job === 'object' && job !== null ? contexts.attemptOf(job) : undefined
        const work = (): unknown => calculate.apply(this, args)
        return attempt ? runInContext(attempt.context, work) : work()
      }
    }),
  ]
}
