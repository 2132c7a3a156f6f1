import { runInContext } from '@clew/core'
import type { Attempt, JobContexts } from './job-contexts.ts'

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
