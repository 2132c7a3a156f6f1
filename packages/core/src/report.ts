import type { ErrorCode } from './errors.ts'
import type { Reporter } from './reporter.ts'
import { coreState } from './state.ts'

/**
 * Tells the operator about a problem: one line on stderr, at most once per problem and minute. Never throws.
 * `key` names the problem when the message has changing parts.
 */
export function report(code: ErrorCode, message: string, key?: string): void {
  coreState().reporter(code, message, key)
}

/** Sends reports elsewhere, for tests and for embedding; returns the way back. */
export function setReporter(reporter: Reporter): () => void {
  const state = coreState()
  const before = state.reporter
  state.reporter = reporter
  return () => {
    state.reporter = before
  }
}

/** Runs work of ours inside the application: what it throws is reported and costs nothing else. */
export function guard<T>(place: string, work: () => T, otherwise: T): T {
  try {
    return work()
  } catch (error) {
    report('CLEW_INTERNAL', `${place}: ${describeThrown(error)}`, place)
    return otherwise
  }
}

// Whatever was thrown may itself be made to throw.
function describeThrown(thrown: unknown): string {
  try {
    return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  } catch {
    return 'something without a text'
  }
}
