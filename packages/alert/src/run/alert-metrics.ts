import { steadyClock } from '@clew/otlp'
import type { Metric, MetricRow, MetricValue } from '@clew/otlp/metrics-text'
import type { AlertSeverity, DecisionReason } from '../alert.ts'
import { createPatternTally, type PatternTally } from '../early/pattern-tally.ts'
import { endsByItself } from '../engine/compile.ts'
import type { NotifierOptions } from '../notify/notifier.ts'
import type { RecordBatch } from '../sources/source.ts'
import type { AlertStore, Commit, StoreSize } from '../store/store.ts'
import type { AlertsFile } from './alerts-file.ts'
import { createEarlyMetrics } from './early-metrics.ts'
import { alertMetricTable as table } from './metric-table.ts'
import { patternMetrics } from './pattern-metrics.ts'
import type { Learning } from './watching.ts'

/**
 * What rules and channels of this process did, counted since it began, also while rule files come and go. Labels are names of the
 * rule file, partitions, templates and words of ours: their number is bounded.
 */
export type AlertMetrics = {
  /**
   * All of them as they are now, those of docs/guide/metrics.md. Those of the state are left out while it does not answer within
   * two seconds. Never rejects.
   */
  read(): Promise<Metric[]>
  /** Told by `startAlerting`. */
  readonly counts: AlertCounts
}

/** Where it is said what was done. */
export type AlertCounts = {
  /** What these rules and channels have not done yet is 0, so that the first time is an increase. */
  know(file: AlertsFile): void
  /** How far rules of type `early` are, whenever somebody looks. */
  learn(read: () => Learning): void
  /** Where lines are counted by their templates. */
  readonly patterns: PatternTally
  /** The store, whose commits are counted from now on. */
  watch(store: AlertStore): AlertStore
  judged(batch: RecordBatch): void
  /** Judging records or time took so long, in milliseconds. */
  took(ms: number): void
  /** The clock of the partition was moved, since nothing came. */
  passed(partition: string, clockMs: number): void
  left(partition: string): void
  /** `channel` undefined: nobody was to get it. */
  noticed(result: 'sent' | 'dead' | 'held', channel: string | undefined): void
  attempted: NonNullable<NotifierOptions['onAttempt']>
}

/** Partitions that are shown: those that are the furthest behind. */
const mostPartitions = 100
const sizeMs = 2_000
/** So old the alerts that go on may be shown, where other processes may have begun or ended some. */
const firingMs = 10_000
const listed = 1_000

/** Metrics to give to `startAlerting`, each time that it is called. `now`: unix milliseconds. */
export function createAlertMetrics(now: () => number): AlertMetrics {
  const counters = openCounters()
  const clocks = new Map<string, number>()
  let evaluatedMs = 0
  let store: AlertStore | undefined
  const firing = openFiring(now)
  const early = createEarlyMetrics()
  const patterns = createPatternTally(now)
  const passed = (partition: string, clockMs: number): void => {
    evaluatedMs = now()
    clocks.set(partition, Math.max(clocks.get(partition) ?? 0, Math.min(clockMs, evaluatedMs)))
  }
  const counts = countsInto(counters)
  return {
    counts: {
      ...counts,
      know(file) {
        counts.know(file)
        firing.know(file)
        early.know(file)
      },
      learn: early.learn,
      patterns,
      watch(watched) {
        store = withCommits(watched, counters, (commit) => {
          if (commit.alerts.length > 0) firing.changed()
          early.committed(commit)
        })
        return store
      },
      judged({ partition, records }) {
        counters.records.add({}, records.filter(({ span }) => span === undefined).length)
        passed(partition, records.at(-1)?.unixMs ?? 0)
      },
      passed,
      left: (partition) => void clocks.delete(partition),
    },
    async read() {
      const size = store && (await within(store.size()))
      const going = store && size && (await within(firing.read(store)))
      return [
        ...Object.values(counters).map(({ read }) => read()),
        ...early.read(),
        ...(early.isKnown() ? patternMetrics(patterns) : []),
        lagOf(clocks, now()),
        ...(evaluatedMs > 0 ? [metricOf(table.evaluated, evaluatedMs / 1000)] : []),
        ...(size === undefined ? [] : sizeMetrics(size)),
        ...(going === undefined ? [] : [going]),
      ]
    },
  }
}

type Counters = ReturnType<typeof openCounters>

function openCounters() {
  return {
    records: counter(table.records),
    decisions: counter(table.decisions),
    alerts: counter(table.alerts),
    notifications: counter(table.notifications),
    deliveries: counter(table.deliveries),
    seconds: counter(table.deliverySeconds),
    waits: counter(table.waits),
    evaluation: counter(table.evaluationSeconds),
  }
}

const reasonsFromZero: readonly DecisionReason[] = ['fired', 'late', 'too many groups']

function countsInto(counters: Counters): Pick<AlertCounts, 'know' | 'noticed' | 'attempted' | 'took'> {
  const { records, decisions, alerts, notifications, deliveries, seconds, waits, evaluation } = counters
  return {
    know({ rules, channels }) {
      records.add({}, 0)
      evaluation.add({}, 0)
      for (const { id: rule, severity } of rules) {
        for (const reason of reasonsFromZero) decisions.add({ rule, reason: wordOf(reason) }, 0)
        for (const state of ['firing', 'resolved']) alerts.add({ rule, severity, state }, 0)
      }
      for (const channel of channels.keys()) {
        for (const result of ['sent', 'dead']) notifications.add({ channel, result }, 0)
        waits.add({ channel }, 0)
      }
    },
    // The clock may have been set back.
    took: (ms) => evaluation.add({}, Math.max(0, ms) / 1000),
    noticed: (result, channel = '') => notifications.add({ channel, result }),
    attempted(channel, came, tookMs) {
      if (came === 'budget') return waits.add({ channel })
      deliveries.add({ channel, outcome: came })
      seconds.add({ channel }, Math.max(0, tookMs) / 1000)
    },
  }
}

function withCommits(
  store: AlertStore,
  { alerts, decisions }: Counters,
  stored: (commit: Commit) => void,
): AlertStore {
  return {
    ...store,
    async commit(commit) {
      const answer = await store.commit(commit)
      if (answer.result !== 'stored') return answer
      stored(commit)
      for (const { rule, severity, state } of commit.alerts) alerts.add({ rule, severity, state })
      for (const [rule, reasons] of commit.counts)
        for (const [reason, times] of reasons) decisions.add({ rule, reason: wordOf(reason) }, times)
      return answer
    },
  }
}

type Counter = { add(labels: MetricValue['labels'], by?: number): void; read(): Metric }

function counter({ name, help }: MetricRow): Counter {
  const counted = new Map<string, { labels: MetricValue['labels']; value: number }>()
  return {
    add(labels, by = 1) {
      const key = JSON.stringify(labels)
      const one = counted.get(key)
      if (one) one.value += by
      else counted.set(key, { labels, value: by })
    },
    read: () => ({ name, kind: 'counter', help, values: [...counted.values()].map((one) => ({ ...one })) }),
  }
}

/** `too many groups` is `too_many_groups`. */
const wordOf = (reason: string): string => reason.replaceAll(' ', '_')

function lagOf(clocks: ReadonlyMap<string, number>, nowMs: number): Metric {
  const values = [...clocks].map(([partition, ms]) => ({ labels: { partition }, value: (nowMs - ms) / 1000 }))
  return {
    ...table.lag,
    values: values.toSorted((a, b) => b.value - a.value).slice(0, mostPartitions),
  }
}

function sizeMetrics({ cells, waiting, dropped }: StoreSize): Metric[] {
  return [metricOf(table.groups, cells), metricOf(table.waiting, waiting), metricOf(table.dropped, dropped)]
}

function metricOf(row: MetricRow, value: number): Metric {
  return { ...row, values: [{ labels: {}, value }] }
}

type Firing = { know(file: AlertsFile): void; changed(): void; read(store: AlertStore): Promise<Metric> }

/** The alerts that go on, of rules that say when one ends. Read when something may have changed. */
function openFiring(now: () => number): Firing {
  let rules: ReadonlyMap<string, AlertSeverity> = new Map()
  let known: Metric | undefined
  const steadyMs = steadyClock(now)
  let readMs = Number.NEGATIVE_INFINITY
  const changed = (): void => {
    known = undefined
  }
  return {
    know(file) {
      rules = new Map(file.rules.filter(endsByItself).map(({ id, severity }) => [id, severity]))
      changed()
    },
    changed,
    async read(store) {
      if (known && (!store.isShared || steadyMs() - readMs < firingMs)) return known
      readMs = steadyMs()
      const counts = new Map([...rules.keys()].map((rule) => [rule, 0]))
      const seen = new Set<string>()
      for (const { id, rule, state } of await store.history(listed)) {
        if (!seen.has(id) && state === 'firing' && counts.has(rule)) counts.set(rule, counts.get(rule)! + 1)
        seen.add(id)
      }
      const values = [...counts].map(([rule, value]) => ({
        ...{ labels: { rule, severity: rules.get(rule)! }, value },
      }))
      known = { ...table.firing, values }
      return known
    },
  }
}

/** Undefined when it fails, or does not come: a state that is away is what metrics are looked at for. */
async function within<T>(coming: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), sizeMs)
  })
  try {
    return await Promise.race([coming, late])
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
  }
}
