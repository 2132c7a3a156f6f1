import type { Search } from '@clew/search'
import type { AlertSeverity } from '../alert.ts'

/** What every rule has, whatever its type. Durations are milliseconds. */
export type RuleFrame = {
  /** Unique in its file. */
  id: string
  /** Which records it looks at. */
  where: Search
  severity: AlertSeverity
  description: string
  /** An address, or "". */
  runbook: string
  /** Fields by whose values records are counted apart; none: all together. */
  groupBy: readonly string[]
  maxGroups: number
  windowMs: number
  /** How much later than the others a record may come and still count. */
  lateMs: number
  /** After an alert, the same rule and group is silent so long; doubled up to `realertMaxMs` while alerts go on. */
  realertMs: number
  realertMaxMs: number
  /** How long the condition must not hold until the alert is over. */
  resolveAfterMs: number
  /** How many of the last records an alert carries. */
  attach: number
  /** Names of channels. */
  notify: readonly string[]
}

/** At or above it, at or below it; one of them is given. */
export type Limits = { above: number | undefined; below: number | undefined }

export const metrics = ['min', 'max', 'avg', 'sum', 'p50', 'p90', 'p95', 'p99', 'rise'] as const
export type Metric = (typeof metrics)[number]

export const directions = ['up', 'down', 'both'] as const
export type Direction = (typeof directions)[number]

/** What a rule's condition is, by its type. */
export type Condition =
  /** So many records in the window. `resolveBelow`: it holds on until there are fewer than these. */
  | { type: 'frequency' | 'any'; threshold: number; resolveBelow: number }
  | {
      type: 'block-list' | 'allow-list'
      field: string
      values: readonly string[]
      threshold: number
      resolveBelow: number
    }
  /** The field's value is another than that of the record before, if that is not older than the window. */
  | { type: 'change'; field: string }
  /** So many times as many (`up`) or as few (`down`) records in the window as in the one before it. */
  | { type: 'spike'; height: number; direction: Direction; atLeast: number }
  /** Fewer records in the window than that. */
  | { type: 'flatline'; threshold: number }
  /** A value, or a combination of values, that was not seen for the length of the window. */
  | { type: 'new-term'; fields: readonly string[]; learnMs: number }
  | { type: 'new-template'; learnMs: number }
  /** Distinct values of the field in the window. */
  | ({ type: 'cardinality'; field: string } & Limits)
  /** The share of records that `of` finds among those of `where` in the window. */
  | ({ type: 'ratio'; of: Search; atLeast: number } & Limits)
  /** What builds up, by how it usually is: told when it is as sure as that, and once so much was learnt. */
  | { type: 'early'; sure: number; learnMs: number }
  /** A number made of the field's values in the window. */
  | ({ type: 'aggregate'; field: string; metric: Metric; atLeast: number } & Limits)

/** A rule as it was read: complete, every value usable. */
export type Rule = RuleFrame & Condition
