import { functionNameOf, guard, runInContext, type Stop, wrapMethod } from '@clew/core'
import type { Attempt, JobContexts } from './job-contexts.ts'
import { type BullMQ, owner, type Worker } from './library.ts'

/** Gives each run of a processor its span and context, be it a function or a sandbox. */
export function attachConsumer(bullmq: BullMQ, contexts: JobContexts): Stop[] {
  return [
    wrapMethod(owner, bullmq.Worker.prototype, 'callProcessJob', (callProcessJob) => {
      return function (this: Worker, job, ...rest) {
        const begin = (): Attempt => contexts.begin(job, undefined, functionNameOf(this))
        const attempt = guard('starting an attempt', begin, undefined)
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

/** Runs the user's code as this attempt and ends its span when it has settled. Returns and throws what `work` does. */
export function runAttempt<T>(contexts: JobContexts, attempt: Attempt, work: () => T): T {
  let result: T
  try {
    result = runInContext(attempt.context, work)
  } catch (error) {
    contexts.end(attempt, error ?? new Error(String(error)))
    throw error
  }
  if (!isThenable(result)) {
    contexts.end(attempt)
    return result
  }
  // A native promise stays the same object; any other thenable is asked once, as `await` would.
  const settled = Promise.resolve(result)
  settled.then(
    () => contexts.end(attempt),
    (error: unknown) => contexts.end(attempt, error ?? new Error(String(error))),
  )
  return settled as T
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
