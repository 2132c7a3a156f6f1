import { stampKeys } from './stamp.ts'

/** Reasons for which keys of an entry are not attributes of its record; a set of them is a sum. */
export const omitFor = {
  /** The record's own trace context says it. */
  stamp: 1,
  /** Set by the timestamp() format; the record has its own time. */
  timestamp: 2,
  /** The exception of the record says it. */
  stack: 4,
  cause: 8,
  name: 16,
  /** What winston's exception handler repeats of the error. */
  uncaught: 32,
} as const

const keysFor: Record<keyof typeof omitFor, readonly string[]> = {
  stamp: stampKeys,
  timestamp: ['timestamp'],
  stack: ['stack'],
  cause: ['cause'],
  name: ['name'],
  uncaught: ['error', 'stack', 'trace', 'date', 'exception', 'rejection'],
}

const sets: ReadonlySet<string>[] = []

/** The keys to omit for a sum of reasons. */
export function omittedKeys(reasons: number): ReadonlySet<string> {
  sets[reasons] ??= new Set(['level', 'message', ...keysOf(reasons)])
  return sets[reasons]
}

function keysOf(reasons: number): string[] {
  return Object.entries(omitFor).flatMap(([reason, bit]) =>
    reasons & bit ? keysFor[reason as keyof typeof omitFor] : [],
  )
}
