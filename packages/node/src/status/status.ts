import type { SignalCounters } from '@clew/pipeline'

/** What a process says at `/clew/status`, as JSON. Addresses are origins and names, without secrets; times are ISO 8601. */
export type ClewStatus = {
  /** Of @clew/node. */
  readonly version: string
  readonly service: {
    readonly name: string
    readonly version: string | null
    readonly instance: string | null
  }
  readonly process: {
    readonly pid: number
    readonly node: string
    readonly startedAt: string
    readonly uptimeSeconds: number
  }
  /** What is joined, and the versions of its libraries that are loaded; without one where a channel or Node itself is the seam. */
  readonly instrumented: readonly { readonly name: string; readonly libraries: readonly Library[] }[]
  readonly destinations: readonly DestinationStatus[]
  /** Where metrics are sent; null: nowhere. */
  readonly metrics: { readonly to: string; readonly everySeconds: number } | null
  readonly configuration: {
    /** The last reading of environment and clew.yaml. */
    readonly readAt: string
    /** What that could not use, each with its place, and what is in force. */
    readonly problems: readonly string[]
  }
  /** Rules of what is kept; null: all records are sent. */
  readonly keep: {
    /** Variables and lines of clew.yaml. */
    readonly from: readonly string[]
    /** As the start-up line has it. */
    readonly inForce: string
    /** Log records by the rule that they fell under. */
    readonly seen: Readonly<Record<string, number>>
    readonly kept: number
    readonly collapsed: number
    readonly held: number
    readonly released: number
    readonly dropped: Readonly<Record<string, number>>
    readonly chains: Readonly<Record<string, number>>
  } | null
  /** What waits for its chain to fail; null as `keep`. */
  readonly hold: {
    readonly bytes: number
    readonly maxBytes: number
    readonly records: number
    readonly chains: number
    /** Age of the oldest record. */
    readonly holdSeconds: number
  } | null
  /** Log records that were written, whatever became of them. */
  readonly createdLogs: number
  /** Memory of what waits and is being sent, of all destinations. */
  readonly queue: { readonly bytes: number; readonly maxBytes: number }
  readonly redaction: {
    readonly mode: 'on' | 'report' | 'off'
    readonly counts: Readonly<Record<string, number>>
  }
  /** The rule file in the application, and its rules; null: none. */
  readonly alerts: { readonly file: string; readonly rules: readonly string[] } | null
}

type Library = { readonly name: string; readonly version: string }

/** How one destination does. `accepted` is the sum of `delivered`, `rejected`, `dropped`, `spooled`, `waiting` and its own part of `inflight`. */
export type DestinationStatus = SignalCounters & {
  /** `otlp`, or what another destination is called. */
  readonly name: string
  readonly signal: 'logs' | 'traces' | 'metrics'
  readonly to: string
  /** In memory, and not begun to be sent. */
  readonly waiting: number
  /** Being sent, or waiting for the next attempt. */
  readonly inflight: number
  /** Not taken, by the type of error. */
  readonly failed: Readonly<Record<string, number>>
  /** Null where all is well as far as we know. */
  readonly failing: { readonly since: string; readonly reason: string } | null
  readonly spool: {
    readonly bytes: number
    readonly maxBytes: number
    readonly segments: number
    readonly records: number
    readonly oldest: string | null
  } | null
}
