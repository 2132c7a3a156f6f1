import { writeSync } from 'node:fs'
import { types } from 'node:util'
import { createReportLimit } from '@clew/otlp/report-limit'
import type { ErrorCode } from './errors.ts'
import { foreignLayout, layout, sharedState } from './state.ts'

/** Takes the reports of problems; `key` names the problem when the message has changing parts. */
export type Reporter = (code: ErrorCode, message: string, key?: string) => void

/**
 * A reporter that writes each problem once a minute and then says how often it came in between. A problem is its
 * code and `key`; without a key, its code and message.
 */
export function createReporter(io: { now: () => number; write: (line: string) => void }): Reporter {
  const limit = createReportLimit(io.now)
  return (code, message, key = message) => {
    const withheld = limit.withheld(`${code} ${key}`)
    if (withheld === undefined) return
    const again = withheld ? ` (and ${withheld} times more since the last line)` : ''
    io.write(`[clew] ${code}: ${asLine(message)}${again}\n`)
  }
}

const maxCharacters = 4000

// Names of spans and words of errors are in messages: nothing of them begins a line of its own, moves a cursor or floods a log.
function asLine(message: string): string {
  const text = message.length > maxCharacters ? `${message.slice(0, maxCharacters)}…` : message
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ')
}

const reporter = sharedState<{ current: Reporter }>('reporter', () => ({
  current: createReporter({ now: Date.now, write: writeToStderr }),
}))

const cutter = sharedState<{ current: (text: string) => string }>('secretCutter', () => ({
  current: (text) => text,
}))

// Synchronous and without process.stderr, whose first use opens a stream that the application may never have wanted.
function writeToStderr(line: string): void {
  try {
    writeSync(2, line)
  } catch {
    // A closed or full stderr has no reader to tell.
  }
}

if (foreignLayout !== undefined)
  report('CLEW_SECOND_CORE', `this copy has layout ${layout}, the first one ${foreignLayout}`)

/**
 * Tells the operator about a problem: one line on stderr, at most once per problem and minute. Never throws.
 * `key` names the problem when the message has changing parts.
 */
export function report(code: ErrorCode, message: string, key?: string): void {
  reporter.current(code, cutSecrets(message), key)
}

/**
 * The text without secrets, for what leaves the process beside its records: a line on stderr, a label of a metric, a scope's name.
 * As it is where nobody redacts.
 */
export function cutSecrets(text: string): string {
  return cutter.current(text)
}

/** Says how secrets are cut, which must not throw; returns the way back. */
export function setSecretCutter(cut: (text: string) => string): () => void {
  const before = cutter.current
  cutter.current = cut
  return () => {
    cutter.current = before
  }
}

/** Sends reports elsewhere, for tests and for embedding; returns the way back. */
export function setReporter(next: Reporter): () => void {
  const before = reporter.current
  reporter.current = next
  return () => {
    reporter.current = before
  }
}

/** Runs work of ours inside the application: what it throws is reported and costs nothing else. */
export function guard<T>(place: string, work: () => T, otherwise: T): T {
  try {
    return work()
  } catch (error) {
    reportThrown(place, error)
    return otherwise
  }
}

/** Reports what was thrown at a place of ours, as CLEW_INTERNAL with its stack. Never throws. */
export function reportThrown(place: string, thrown: unknown): void {
  report('CLEW_INTERNAL', `${place}: ${describeThrown(thrown)}`, place)
}

/** Whether a value is an Error, of this realm or of another. */
export function isError(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null) return false
  // Errors of another realm are not instances of ours; looking at `stack` first spares all others the native call.
  return value instanceof Error || ('stack' in value && types.isNativeError(value))
}

// Whatever was thrown may itself be made to throw.
function describeThrown(thrown: unknown): string {
  try {
    return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  } catch {
    return 'something without a text'
  }
}
