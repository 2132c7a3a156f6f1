import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

/**
 * Why there is no answer. `code` is the desk's own, or `aborted` (by the caller), `unreachable` (no desk there) or
 * `unreadable` (what answered is no desk).
 */
export type Failure = { code: string; message: string }

/** How often the desk came back after it did not answer, or another one took its place: whatever is shown is asked for again. */
export const returns = signal(0)

export const askAgainMs = 2_000

/** No desk there, another program in its place, too much to do, or a token that can still be given in another tab. */
const passing: ReadonlySet<string> = new Set(['unreachable', 'unreadable', 'busy', 'unauthorized'])

/** Whether a failure may pass without anything being changed in what was asked: such a question is asked again. */
export function mayPass(failure: Failure | undefined): boolean {
  return failure !== undefined && passing.has(failure.code)
}

/** Asks again some time after a failure that may pass, and as soon as somebody looks. */
export function useRecovery(failure: Failure | undefined, again: () => void): void {
  useEffect(() => {
    if (!mayPass(failure)) return
    const timer = setInterval(() => {
      if (document.visibilityState !== 'visible') return
      // One at a time: a slow answer is waited for.
      clearInterval(timer)
      again()
    }, askAgainMs)
    return () => clearInterval(timer)
  }, [failure, again])
}
