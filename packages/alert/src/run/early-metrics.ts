import type { Metric, MetricRow, MetricValue } from '@clew/otlp/metrics-text'
import { type KeptWarning, leadMsOf, warningStates } from '../early/kept-warning.ts'
import type { Commit } from '../store/store.ts'
import type { AlertsFile } from './alerts-file.ts'
import type { Learning } from './watching.ts'

type Key = 'warnings' | 'failures' | 'lead' | 'series' | 'leftOut' | 'learnt'

/** Metrics of rules of type `early`. */
export const earlyMetricTable: Readonly<Record<Key, MetricRow>> = {
  warnings: row('counter', 'logalert_early_warnings_total', 'Early warnings, by what became of them.', [
    'rule',
    'state',
  ]),
  failures: row(
    'counter',
    'logalert_early_failures_total',
    'Bursts of errors within two hours of a warning that was told, in one of its services.',
    ['rule'],
  ),
  lead: row(
    'counter',
    'logalert_early_lead_seconds_total',
    'How long before those failures the warnings were raised.',
    ['rule'],
  ),
  series: row('gauge', 'logalert_early_series', 'Series that rules of type early follow.', []),
  leftOut: row(
    'gauge',
    'logalert_early_left_out',
    'Records and spans that were not followed, as there were too many series.',
    [],
  ),
  learnt: row(
    'gauge',
    'logalert_early_learnt_timestamp_seconds',
    'When rules of type early have learnt for long enough to tell somebody.',
    [],
  ),
}

function row(kind: MetricRow['kind'], name: string, help: string, labels: readonly string[]): MetricRow {
  return { name, kind, help, labels }
}

/** Counts what rules of type `early` find. */
export type EarlyMetrics = {
  /** What its rules have not found yet is 0. */
  know(file: AlertsFile): void
  /** Is asked how far they are whenever somebody looks. */
  learn(read: () => Learning): void
  /** It was stored. */
  committed(commit: Pick<Commit, 'warnings' | 'failures'>): void
  /** Whether a rule is of that type, or was. */
  isKnown(): boolean
  /** None where none is. */
  read(): Metric[]
}

/** Warnings that a failure may still follow, and for how long. */
const mostOpen = 1_000
const followsMs = 2 * 3_600_000

export function createEarlyMetrics(): EarlyMetrics {
  const warnings = new Map<string, Map<string, number>>()
  const failures = new Map<string, { count: number; leadMs: number }>()
  const open = new Map<string, KeptWarning>()
  let learning: (() => Learning) | undefined
  const know = (rule: string): void => {
    if (!warnings.has(rule)) warnings.set(rule, new Map(warningStates.map((state) => [state, 0])))
    if (!failures.has(rule)) failures.set(rule, { count: 0, leadMs: 0 })
  }
  const follow = (id: string, unixMs: number): void => {
    const warning = open.get(id)
    const counted = warning && failures.get(warning.rule)
    if (!counted) return
    open.delete(id)
    if (unixMs - warning.unixMs > followsMs) return
    counted.count++
    counted.leadMs += leadMsOf(warning, unixMs)
  }
  return {
    know({ rules }) {
      for (const { id, type } of rules) if (type === 'early') know(id)
    },
    learn(read) {
      learning = read
    },
    committed({ warnings: found = [], failures: followed = [] }) {
      for (const warning of found) {
        const { id, rule, state } = warning
        know(rule)
        const states = warnings.get(rule)!
        states.set(state, (states.get(state) ?? 0) + 1)
        if (state === 'told') open.set(id, warning)
      }
      for (const { id, unixMs } of followed) follow(id, unixMs)
      for (const id of open.keys()) {
        if (open.size <= mostOpen) break
        open.delete(id)
      }
    },
    isKnown: () => warnings.size > 0,
    read() {
      if (warnings.size === 0) return []
      const byRule = (value: (counted: { count: number; leadMs: number }) => number): MetricValue[] =>
        [...failures].map(([rule, counted]) => ({ labels: { rule }, value: value(counted) }))
      return [
        {
          ...earlyMetricTable.warnings,
          values: [...warnings].flatMap(([rule, states]) =>
            [...states].map(([state, value]) => ({ labels: { rule, state }, value })),
          ),
        },
        { ...earlyMetricTable.failures, values: byRule(({ count }) => count) },
        { ...earlyMetricTable.lead, values: byRule(({ leadMs }) => leadMs / 1000) },
        ...(learning ? learningMetrics(learning()) : []),
      ]
    },
  }
}

function learningMetrics({ sinceMs, untilMs, series, leftOut }: Learning): Metric[] {
  const one = (row: MetricRow, value: number): Metric => ({ ...row, values: [{ labels: {}, value }] })
  return [
    one(earlyMetricTable.series, series),
    one(earlyMetricTable.leftOut, leftOut),
    ...(sinceMs > 0 ? [one(earlyMetricTable.learnt, untilMs / 1000)] : []),
  ]
}
